// The whole screen.
#include <algorithm>

#include "base/text.h"
#include "cib/rules/iso8601.h"
#include "tools/crm/status/reason.h"
#include "tools/crm/status/screen.h"

namespace muster::crm::status {

std::optional<std::string> property(const cib::Cib& cib, const std::string& name) {
    const auto* section = cib.section("crm_config");
    if (section == nullptr) return std::nullopt;
    for (const auto& set : section->children()) {
        for (const auto& nv : set.children()) {
            if (nv.get("name") == name) return nv.get("value");
        }
    }
    return std::nullopt;
}

std::string duration_text(std::int64_t s) {
    const auto two = [](std::int64_t a, const char* au, std::int64_t b, const char* bu) {
        return std::to_string(a) + " " + au + (b > 0 ? " " + std::to_string(b) + " " + bu : "");
    };
    if (s < 60) return std::to_string(s) + " s";
    if (s < 3600) return std::to_string(s / 60) + " min";
    if (s < 86400) return two(s / 3600, "h", s % 3600 / 60, "min");
    return two(s / 86400, "d", s % 86400 / 3600, "h");
}

namespace {

bool truth(const cib::Cib& cib, const std::string& name, bool otherwise) {
    return parse_bool(property(cib, name).value_or("")).value_or(otherwise);
}

void displaced(const Input& in, Screen& screen) {
    const auto* constraints = in.cib.section("constraints");
    if (constraints == nullptr) return;
    for (const auto& c : constraints->children()) {
        const bool ban = starts_with(c.id(), "cli-ban-");
        if (!ban && !starts_with(c.id(), "cli-prefer-")) continue;
        std::string node = c.get("node");
        std::string until;
        if (const auto* rule = c.child("rule")) {
            for (const auto& e : rule->children()) {
                if (e.get("attribute") == "#uname") node = e.get("value");
                if (e.name() == "date_expression") until = e.get("end");
            }
        }
        if (const auto end = cib::parse_date_time(until); end && *end <= in.now) continue;  // it has no effect any more
        screen.displaced.push_back(c.get("rsc") + (ban ? " is banned from " : " is tied to ") + node + " by " + c.id() +
                                   (until.empty() ? ", no expiry" : ", until " + until) + ". Remove: crm resource clear " + c.get("rsc"));
    }
}

void nodes(const Input& in, Screen& screen) {
    for (const auto& n : in.view.nodes) {
        NodeLine line;
        line.name = n.name;
        line.bad = n.unclean || (!n.online && n.kind == "member");
        line.state = n.unclean ? "UNCLEAN" : n.pending ? "joining" : n.online ? "online" : "offline";
        if (n.standby) line.state += ", standby";
        if (n.maintenance) line.state += ", maintenance";
        if (n.is_dc) line.state += ", DC";
        if (n.kind != "member") line.state += ", " + n.kind;
        if (n.online && n.kind == "member") ++screen.nodes_online;
        for (const auto& p : policy::placement(in.view)) {
            if (p.node == n.name) line.resources.push_back(p.resource + (p.role == "Started" ? "" : " (" + p.role + ")"));
        }
        screen.nodes.push_back(std::move(line));
    }
}

void doing(const Input& in, Screen& screen) {
    for (const auto& f : in.facts.fencing) {
        screen.doing.push_back("fencing " + f.target + ": " + f.state + (f.attempt > 1 ? ", attempt " + std::to_string(f.attempt) : "") + (f.reason.empty() ? "" : " (" + f.reason + ")"));
    }
    if (in.facts.actions_in_flight > 0) {
        screen.doing.push_back(std::to_string(in.facts.actions_done) + " of " + std::to_string(in.facts.actions_total) +
                               " actions done, " + std::to_string(in.facts.actions_in_flight) + " under way");
    }
    for (const auto& w : in.facts.waiting) screen.doing.push_back("waits: " + w);
    for (const auto& r : in.plan.reasons) {
        if (r.decision == "leave" || r.decision == "stay-stopped" || r.decision == "probe") continue;
        screen.doing.push_back("next: " + decision_text(r, in.cib.configuration));
    }
    if (truth(in.cib, "maintenance-mode", false)) screen.paused.push_back("the whole cluster is in maintenance: nothing is started, stopped or watched. End: crm configure property maintenance-mode=false");
    for (const auto& n : in.view.nodes) {
        if (n.standby) screen.paused.push_back("node " + n.name + " is in standby. End: crm node online " + n.name);
        if (n.maintenance && !truth(in.cib, "maintenance-mode", false)) screen.paused.push_back("node " + n.name + " is in maintenance. End: crm node ready " + n.name);
    }
    for (const auto& s : screen.services) {
        if (s.health == Health::off) screen.paused.push_back(s.id + " is off on purpose. Start: crm resource start " + s.id);
    }
}

void verdict(const Input& in, Screen& screen) {
    const auto count = [&](Health h) { return std::count_if(screen.services.begin(), screen.services.end(), [&](const Service& s) { return s.health == h; }); };
    const auto down = count(Health::down);
    const auto partial = count(Health::partial) + count(Health::busy);
    const auto serious = std::count_if(screen.wrong.begin(), screen.wrong.end(), [](const Problem& p) { return p.serious; });
    const bool fencing = truth(in.cib, "stonith-enabled", truth(in.cib, "fencing-enabled", true));
    const bool unclean = std::any_of(in.view.nodes.begin(), in.view.nodes.end(), [](const auto& n) { return n.unclean; });
    const std::string of = " of " + std::to_string(screen.services.size()) + " services";
    if (!in.view.have_quorum) {
        screen.verdict = Verdict::unsafe;
        screen.verdict_text = "NO QUORUM";
    } else if (unclean && !fencing) {
        screen.verdict = Verdict::unsafe;
        screen.verdict_text = "UNSAFE: a lost node can not be fenced";
    } else if (down > 0) {
        screen.verdict = Verdict::down;
        screen.verdict_text = "DOWN: " + std::to_string(down) + of;
    } else if (partial > 0 || serious > 0) {
        screen.verdict = Verdict::degraded;
        screen.verdict_text = "DEGRADED: " + (partial > 0 ? std::to_string(partial) + of + " not complete"
                                                            : std::to_string(serious) + (serious == 1 ? " problem" : " problems"));
    } else {
        screen.verdict = Verdict::fine;
        screen.verdict_text = screen.services.empty() ? "fine: no services configured" : "fine: all services up";
        if (count(Health::off) > 0) screen.verdict_text = "fine: all wanted services up";
    }
    if (truth(in.cib, "maintenance-mode", false)) screen.verdict_text += " (MAINTENANCE)";
}

}  // namespace

Screen build(const Input& in) {
    Screen out;
    out.cluster = property(in.cib, "cluster-name").value_or("cluster");
    out.now = in.now;
    out.have_quorum = in.view.have_quorum;
    out.services = services(in);
    out.wrong = problems(in, out.services);
    displaced(in, out);
    safety(in, out);
    out.losses = node_losses(in, out.losses_left_out);
    nodes(in, out);
    doing(in, out);
    verdict(in, out);
    return out;
}

int exit_status(const Screen& screen) { return static_cast<int>(screen.verdict); }

}  // namespace muster::crm::status
