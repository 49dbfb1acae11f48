// The screen for programs: JSON and XML with stable names.
#include <nlohmann/json.hpp>

#include "base/xml/write.h"
#include "tools/crm/status/screen.h"

namespace muster::crm::status {

namespace {

const char* word(Verdict v) {
    return v == Verdict::fine ? "fine" : v == Verdict::degraded ? "degraded" : v == Verdict::down ? "down" : "unsafe";
}
const char* word(Health h) {
    return h == Health::up ? "up" : h == Health::partial ? "partial" : h == Health::down ? "down" : h == Health::off ? "off" : "busy";
}

}  // namespace

std::string json(const Screen& s) {
    using nlohmann::ordered_json;
    ordered_json out;
    out["schema"] = "muster-status";
    out["version"] = 1;
    out["cluster"] = s.cluster;
    out["time"] = to_iso8601(s.now);
    out["verdict"] = word(s.verdict);
    out["verdict_text"] = s.verdict_text;
    out["quorum"] = s.have_quorum;
    out["services"] = ordered_json::array();
    for (const auto& x : s.services) {
        ordered_json o{{"id", x.id}, {"kind", x.kind}, {"health", word(x.health)}, {"state", x.state}, {"where", x.where}};
        if (x.since_s) o["since_seconds"] = *x.since_s;
        if (!x.remark.empty()) o["remark"] = x.remark;
        out["services"].push_back(o);
    }
    out["wrong"] = ordered_json::array();
    for (const auto& p : s.wrong) out["wrong"].push_back({{"text", p.text}, {"more", p.more}, {"serious", p.serious}});
    out["displaced"] = s.displaced;
    out["safety"] = s.safety;
    out["losses"] = ordered_json::array();
    for (const auto& l : s.losses) out["losses"].push_back({{"node", l.node}, {"safe", l.down.empty()}, {"down", l.down}, {"moves", l.moves}});
    out["now"] = s.doing;
    out["paused"] = s.paused;
    out["nodes"] = ordered_json::array();
    for (const auto& n : s.nodes) out["nodes"].push_back({{"name", n.name}, {"state", n.state}, {"bad", n.bad}, {"resources", n.resources}});
    return out.dump(2) + "\n";
}

std::string xml(const Screen& s) {
    using muster::xml::Element;
    Element root{"muster-status"};
    root.set("version", "1").set("cluster", s.cluster).set("time", to_iso8601(s.now)).set("verdict", word(s.verdict));
    root.set("quorum", s.have_quorum ? "true" : "false");
    const auto list = [&](const char* name, const char* item, const std::vector<std::string>& lines) {
        Element block{name};
        for (const auto& l : lines) block.add(Element{item}).set("text", l);
        root.add(std::move(block));
    };
    Element services{"services"};
    for (const auto& x : s.services) {
        Element& e = services.add(Element{"service"});
        e.set("id", x.id).set("kind", x.kind).set("health", word(x.health)).set("state", x.state).set("where", x.where);
        if (x.since_s) e.set("since-seconds", std::to_string(*x.since_s));
        if (!x.remark.empty()) e.set("remark", x.remark);
    }
    root.add(std::move(services));
    Element wrong{"wrong"};
    for (const auto& p : s.wrong) {
        Element& e = wrong.add(Element{"problem"});
        e.set("text", p.text).set("serious", p.serious ? "true" : "false");
        for (const auto& m : p.more) e.add(Element{"more"}).set("text", m);
    }
    root.add(std::move(wrong));
    list("displaced", "constraint", s.displaced);
    list("safety", "line", s.safety);
    list("now", "line", s.doing);
    list("paused", "line", s.paused);
    Element nodes{"nodes"};
    for (const auto& n : s.nodes) nodes.add(Element{"node"}).set("name", n.name).set("state", n.state);
    root.add(std::move(nodes));
    return "<?xml version=\"1.0\"?>\n" + muster::xml::write_pretty(root);
}

}  // namespace muster::crm::status
