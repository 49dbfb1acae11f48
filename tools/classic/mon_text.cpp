// crm_mon's text: its sections, nodes, and all that is no resource (mon_text_resources.cpp).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cib/model/read.h"
#include "tools/classic/mon_page.h"

namespace muster::classic {
namespace {

using xml::Element;

class Printer : MonPage {
  public:
    using MonPage::MonPage;

    void run() {
        if (wants("summary")) section("Cluster Summary:", [&] { summary(); });
        if (view_.maintenance && wants("summary")) {
            out_ += "\n              *** Resource management is DISABLED ***\n  The cluster will not attempt to start, stop or recover services\n";
        }
        if (wants("nodes") && shows_nodes()) section("Node List:", [&] { nodes(); });
        if (wants("resources") && !wishes_.by_node) {
            section(wishes_.inactive ? "Full List of Resources:" : "Active Resources:", [&] { MonResourceLines{out_, cib_, view_, wishes_}.resources(); });
        }
        if (wants("attributes")) section("Node Attributes:", [&] { attributes(); });
        if (wants("failcounts") && has_failures()) section("Migration Summary:", [&] { failures(); });
        if (wants("operations")) section("Operations:", [&] { operations(); });
        if (wants("tickets") && has_tickets()) section("Tickets:", [&] { tickets(); });
        if (wants("bans") && has_bans()) section("Negative Location Constraints:", [&] { bans(); });
    }

  private:
    bool wants(const char* name) const { return wishes_.sections.count(name) != 0; }
    template <typename Body>
    void section(const char* title, Body body) {
        if (!out_.empty()) out_ += "\n";
        out_ += title;
        out_ += "\n";
        body();
    }
    bool has_tickets() const {
        const Element* status = cib_.child("status");
        const Element* all = status ? status->child("tickets") : nullptr;
        return all && !all->children().empty();
    }
    bool has_bans() const {
        const Element* constraints = cib::find_section(cib_, "constraints");
        for (const Element* c : constraints ? constraints->children_named("rsc_location") : std::vector<const Element*>{}) {
            if (c->has("node") && c->get("score") == "-INFINITY" && wishes_.selects(c->get("rsc"))) return true;
        }
        return false;
    }
    bool has_failures() const {
        for (const auto& [node, values] : view_.attributes) {
            for (const auto& [name, value] : values) {
                if (starts_with(name, "fail-count-")) return true;
            }
        }
        return false;
    }
    bool shows_nodes() const {
        if (wishes_.only_node.empty()) return true;
        for (const auto& n : view_.nodes) {
            if (n.name == wishes_.only_node) return true;
        }
        return false;
    }

    void summary() {
        line(1, "Stack: " + (view_.stack.empty() ? "unknown" : view_.stack));
        if (view_.dc.empty()) {
            line(1, "Current DC: NONE");
        } else {
            line(1, fmt::format("Current DC: {}{} (version {}) - partition {} quorum", view_.dc, wishes_.detail ? " (" + view_.dc_id + ")" : "",
                                view_.dc_version.empty() ? "unknown" : view_.dc_version, view_.quorum ? "with" : "WITHOUT"));
        }
        line(1, "Last updated: " + view_.updated);
        std::string change = "Last change:  " + view_.changed;
        if (!view_.user.empty()) change += " by " + view_.user;
        if (!view_.client.empty()) change += " via " + view_.client;
        if (!view_.origin.empty()) change += " on " + view_.origin;
        line(1, change);
        line(1, fmt::format("{} node{} configured", view_.nodes.size(), view_.nodes.size() == 1 ? "" : "s"));
        line(1, fmt::format("{} resource instance{} configured{}", view_.instances, view_.instances == 1 ? "" : "s",
                            view_.disabled > 0 ? fmt::format(" ({} DISABLED)", view_.disabled) : ""));
    }

    static std::string state_of(const MonNode& n) {
        if (n.unclean) return n.online ? "UNCLEAN (online)" : n.pending ? "UNCLEAN (pending)" : "UNCLEAN (offline)";
        if (n.pending) return "pending";
        if (n.standby && n.online) return "standby";
        if (n.standby) return "OFFLINE (standby)";
        if (n.maintenance) return n.online ? "maintenance" : "OFFLINE (maintenance)";
        return n.online ? "online" : "OFFLINE";
    }
    static std::string kind_of(const MonNode& n) { return n.kind == "guest" ? "GuestNode" : n.kind == "remote" ? "RemoteNode" : "Node"; }

    void nodes() {
        std::map<std::string, std::vector<std::string>> together;
        for (const auto& n : view_.nodes) {
            if (!shown(n)) continue;
            const std::string state = state_of(n);
            if (wishes_.by_node || wishes_.detail || (state != "online" && state != "OFFLINE")) {
                std::string text = kind_of(n) + " " + n.name;
                if (wishes_.detail) text += n.kind == "guest" ? "@" + host_of(n) : n.id == n.name ? "" : " (" + n.id + ")";
                text += ": " + state;
                if (wishes_.detail && n.online && n.kind == "member") text += ", feature set " + (n.feature_set.empty() ? "<3.15.1" : n.feature_set);
                line(1, text + (wishes_.by_node ? ":" : ""));
                if (wishes_.by_node) on_node(n);
                continue;
            }
            const std::string prefix = n.kind == "guest" ? "Guest" : n.kind == "remote" ? "Remote" : "";
            together[prefix + (state == "online" ? "Online" : "OFFLINE")].push_back(n.name);
        }
        for (const char* title : {"Online", "OFFLINE", "RemoteOnline", "RemoteOFFLINE", "GuestOnline"}) {
            if (const auto at = together.find(title); at != together.end()) line(1, fmt::format("{}: [ {} ]", title, join(at->second, " ")));
        }
    }

    // The node that a bundle's node lives on.
    std::string host_of(const MonNode& guest) const {
        const auto places = running_on_exactly(cib_, guest.container);
        return places.empty() ? "" : places.front().node;
    }

    void on_node(const MonNode& n) {
        line(2, "Resources:");
        each_primitive(view_.resources, [&](const MonResource& r) {
            const Element* parent = parent_of(cib_, r.element->id());
            if (parent && parent->name() == "bundle") return;
            for (const auto& p : r.places) {
                if (p.node != n.name) continue;
                const bool clone = parent_of(cib_, r.element->id()) && promotable(r);
                line(3, fmt::format("{}\t({}):\t {}", r.element->id(), agent_name(*r.element), p.promoted ? "Promoted" : clone ? "Unpromoted" : "Started"));
            }
        });
        bundles_on(n);
    }

    void bundles_on(const MonNode& n) {
        for (const auto& r : view_.resources) {
            for (const auto& replica : r.replicas) {
                for (const auto& m : replica.members) {
                    for (const auto& p : m.places) {
                        const bool connection = m.id == replica.name;
                        if (p.node == n.name && !connection) line(3, fmt::format("{}\t({}):\t {}", m.id, m.agent, p.promoted ? "Promoted" : "Started"));
                    }
                }
            }
        }
    }

    bool promotable(const MonResource& r) const {
        for (const auto& top : view_.resources) {
            if (top.promotable && find_in(top, r.element->id())) return true;
        }
        return false;
    }
    static bool find_in(const MonResource& r, const std::string& id) {
        if (r.element->id() == id) return true;
        for (const auto& c : r.children) {
            if (find_in(c, id)) return true;
        }
        return false;
    }
    template <typename F>
    static void each_primitive(const std::vector<MonResource>& list, const F& f) {
        for (const auto& r : list) {
            if (r.element->name() == "primitive") f(r);
            each_primitive(r.children, f);
        }
    }

    void bans() {
        const Element* constraints = cib::find_section(cib_, "constraints");
        for (const Element* c : constraints ? constraints->children_named("rsc_location") : std::vector<const Element*>{}) {
            if (!c->has("node") || c->get("score") != "-INFINITY") continue;
            if (!wishes_.only_node.empty() && c->get("node") != wishes_.only_node) continue;
            if (!wishes_.selects(c->get("rsc"))) continue;
            out_ += fmt::format("  * {}\tprevents {} from running {}on {}\n", c->id(), c->get("rsc"),
                                c->get("role") == "Promoted" ? "as Promoted " : "", c->get("node"));
        }
    }

    void attributes() {
        for (const auto& n : view_.nodes) {
            const auto at = view_.attributes.find(n.name);
            if (at == view_.attributes.end() || !n.online || !shown(n)) continue;
            bool first = true;
            for (const auto& [name, value] : at->second) {
                if (starts_with(name, "#") || starts_with(name, "fail-count-") || starts_with(name, "last-failure-") || name == "standby" ||
                    name == "shutdown" || name == "terminate" || name == "maintenance" || name == "probe_complete") continue;
                if (first) line(1, "Node: " + n.name + ":");
                first = false;
                line(2, fmt::format("{:<32}\t: {:<10}", name, value));
            }
        }
    }

    void failures() {
        for (const auto& n : view_.nodes) {
            const auto at = view_.attributes.find(n.name);
            if (!n.online || !shown(n)) continue;
            bool first = true;
            for (const auto& [name, value] : at == view_.attributes.end() ? std::map<std::string, std::string>{} : at->second) {
                if (!starts_with(name, "fail-count-")) continue;
                if (first) line(1, "Node: " + n.name + ":");
                first = false;
                const std::string what = name.substr(11);
                line(2, fmt::format("{}: fail-count={}", what.substr(0, what.find('#')), value));
            }
        }
    }

    void operations() {
        const auto cib = cib::from_element(cib_);
        if (!cib) return;
        for (const auto& n : cib->status.nodes) {
            if (n.history.empty() || (!wishes_.only_node.empty() && n.uname != wishes_.only_node)) continue;
            bool first = true;
            for (const auto& h : n.history) {
                const auto probe = [](const cib::OpRecord& op) { return op.operation == "notify" || (op.operation == "monitor" && op.interval_ms == 0 && op.rc == 7); };
                if (std::all_of(h.ops.begin(), h.ops.end(), probe) || !wishes_.selects(h.id)) continue;
                if (first) line(1, "Node: " + n.uname + ":");
                first = false;
                line(2, h.id + ": migration-threshold=1000000:");
                auto ops = h.ops;
                std::stable_sort(ops.begin(), ops.end(), [](const auto& a, const auto& b) { return a.call_id < b.call_id; });
                for (const auto& op : ops) {
                    if (probe(op)) continue;
                    line(3, fmt::format("({}) {}{}{}", op.call_id, op.operation, op.interval_ms > 0 ? fmt::format(": interval=\"{}ms\"", op.interval_ms) : "",
                                        op.rc != 0 && op.rc != 8 ? fmt::format(" rc={}", op.rc) : ""));
                }
            }
        }
    }

    void tickets() {
        const Element* status = cib_.child("status");
        const Element* all = status ? status->child("tickets") : nullptr;
        for (const Element* t : all ? all->children_named("ticket_state") : std::vector<const Element*>{}) {
            line(1, fmt::format("{}\t{}{}", t->id(), parse_bool(t->get("granted")).value_or(false) ? "granted" : "revoked",
                                parse_bool(t->get("standby")).value_or(false) ? " [standby]" : ""));
        }
    }
};

}  // namespace

void print_text(Context& context, const Element& cib, const MonView& view, const MonWishes& wishes) {
    if (wishes.simple) {
        int online = 0;
        for (const auto& n : view.nodes) online += n.online ? 1 : 0;
        context.out += fmt::format("CLUSTER {}: {} node{} online, {} resource instance{} configured\n", view.dc.empty() ? "WARN" : "OK", online,
                                   online == 1 ? "" : "s", view.instances, view.instances == 1 ? "" : "s");
        return;
    }
    Printer{context.out, cib, view, wishes}.run();
}

}  // namespace muster::classic
