// What holds for every plan, on random small clusters (rapidcheck).
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>

#include "cib/model/read.h"
#include "policy-engine/cluster_view.h"
#include "policy-engine/graph_check.h"
#include "policy-engine/graph_xml.h"
#include "policy-engine/plan.h"
#include "policy-engine/playback.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::policy;

namespace {

const WallTime kNow = WallTime::from_seconds(1'700'000'000);

struct Cluster {
    int nodes = 2;
    int resources = 2;
    std::vector<int> standby;                 // nodes
    std::vector<std::vector<int>> scores;     // resource, node: 0 nothing, 1 ban, 2 wish
    std::vector<std::pair<int, int>> orders;  // first before then
    std::vector<std::pair<int, int>> together;
    int group = 0;                            // so many of the first resources are members of a group
    bool clone = false;                       // the last one is a clone
    int extra_node = 0;                       // a node on which everything is banned
    bool reversed = false;                    // sections in another order
};

std::string node_name(int n) { return "n" + std::to_string(n); }
std::string rsc_name(int r) { return "r" + std::to_string(r); }

// What a constraint names: the clone in place of its primitive.
std::string top_name(const Cluster& c, int r) { return c.clone && r == c.resources - 1 ? "c" : rsc_name(r); }

std::string constraints(const Cluster& c) {
    std::vector<std::string> out;
    const auto location = [&](int r, int n, const char* score) {
        out.push_back("<rsc_location id='l" + std::to_string(r) + "-" + std::to_string(n) + "' rsc='" + top_name(c, r) + "' node='" +
                      node_name(n) + "' score='" + score + "'/>");
    };
    for (int r = 0; r < c.resources; ++r) {
        for (int n = 0; n < c.nodes; ++n) {
            const int kind = c.scores[static_cast<std::size_t>(r)][static_cast<std::size_t>(n)];
            if (kind == 1) location(r, n, "-INFINITY");
            if (kind == 2) location(r, n, "50");
        }
        if (c.extra_node != 0) location(r, c.nodes, "-INFINITY");
    }
    for (const auto& [first, then] : c.orders) {
        out.push_back("<rsc_order id='o" + std::to_string(first) + "-" + std::to_string(then) + "' first='" + top_name(c, first) +
                      "' then='" + top_name(c, then) + "'/>");
    }
    for (const auto& [a, b] : c.together) {
        out.push_back("<rsc_colocation id='c" + std::to_string(a) + "-" + std::to_string(b) + "' rsc='" + top_name(c, a) +
                      "' with-rsc='" + top_name(c, b) + "' score='100'/>");
    }
    std::string all;
    for (const auto& s : out) all += s;
    return "<constraints>" + all + "</constraints>";
}

cib::Cib document(const Cluster& c) {
    const int nodes = c.nodes + c.extra_node;
    std::string list, states, resources;
    for (int n = 0; n < nodes; ++n) {
        const std::string id = std::to_string(n + 1);
        const bool standby = std::find(c.standby.begin(), c.standby.end(), n) != c.standby.end();
        list += "<node id='" + id + "' uname='" + node_name(n) + "'>" +
                (standby ? "<instance_attributes id='s" + id + "'><nvpair id='sv" + id + "' name='standby' value='on'/></instance_attributes>" : "") +
                "</node>";
        states += "<node_state id='" + id + "' uname='" + node_name(n) +
                  "' in_ccm='true' crmd='online' join='member' expected='member'><lrm id='" + id + "'><lrm_resources/></lrm></node_state>";
    }
    for (int r = 0; r < c.resources; ++r) {
        if (c.group > 0 && r == 0) resources += "<group id='g'>";
        const bool cloned = c.clone && r == c.resources - 1;
        if (cloned) resources += "<clone id='c'><meta_attributes id='c-m'><nvpair id='c-i' name='interleave' value='true'/></meta_attributes>";
        resources += "<primitive id='" + rsc_name(r) + "' class='ocf' provider='heartbeat' type='Dummy'><operations><op id='" +
                     rsc_name(r) + "-m' name='monitor' interval='10s'/></operations></primitive>";
        if (cloned) resources += "</clone>";
        if (c.group > 0 && r == c.group - 1) resources += "</group>";
    }
    std::vector<std::string> sections{
        "<crm_config><cluster_property_set id='o'><nvpair id='f' name='fencing-enabled' value='false'/></cluster_property_set></crm_config>",
        "<nodes>" + list + "</nodes>", "<resources>" + resources + "</resources>", constraints(c)};
    if (c.reversed) std::reverse(sections.begin(), sections.end());
    std::string text = "<cib have-quorum='1'><configuration>";
    for (const auto& s : sections) text += s;
    const auto cib = cib::read(text + "</configuration><status>" + states + "</status></cib>");
    RC_ASSERT(cib.has_value());
    return *cib;
}

Cluster any_cluster() {
    Cluster c;
    c.nodes = *rc::gen::inRange(1, 5);
    c.resources = *rc::gen::inRange(1, 7);
    for (int n = 1; n < c.nodes; ++n) {
        if (*rc::gen::inRange(0, 5) == 0) c.standby.push_back(n);
    }
    for (int r = 0; r < c.resources; ++r) {
        std::vector<int> row;
        for (int n = 0; n < c.nodes; ++n) row.push_back(*rc::gen::inRange(0, 4));
        c.scores.push_back(row);
    }
    // From lower to higher numbers: no circle of the configuration's own.
    for (int r = 1; r < c.resources; ++r) {
        if (*rc::gen::inRange(0, 3) == 0) c.orders.emplace_back(*rc::gen::inRange(0, r), r);
        if (*rc::gen::inRange(0, 3) == 0) c.together.emplace_back(r, *rc::gen::inRange(0, r));
    }
    return c;
}

// With a group and a clone where there are resources enough.
Cluster any_shaped_cluster() {
    Cluster c = any_cluster();
    if (c.resources > 3 && *rc::gen::arbitrary<bool>()) c.group = *rc::gen::inRange(2, c.resources - 1);
    c.clone = c.resources > c.group + 1 && *rc::gen::arbitrary<bool>();
    return c;
}

const Action* action(const Plan& p, const std::string& resource, const std::string& task) {
    for (const Action& a : p.graph.actions) {
        if (a.resource == resource && a.task == task && a.interval.count() == 0) return &a;
    }
    return nullptr;
}

bool leads_to(const TransitionGraph& g, int from, int to) {
    std::vector<int> open{to};
    std::set<int> seen;
    while (!open.empty()) {
        const int at = open.back();
        open.pop_back();
        if (at == from) return true;
        if (!seen.insert(at).second) continue;
        for (const int before : g.actions[static_cast<std::size_t>(at)].after) open.push_back(before);
    }
    return false;
}

std::vector<std::string> decisions(const Plan& p) {
    std::vector<std::string> out;
    for (const Action& a : p.graph.actions) {
        if (a.kind != ActionKind::pseudo && a.task != "monitor") out.push_back(a.key + "@" + a.node);
    }
    std::sort(out.begin(), out.end());
    return out;
}

// rapidcheck prints the smallest counterexample itself.
template <class Law>
void holds(const char* name, Law law) {
    CHECK(rc::check(name, law));
}

cib::Cib played(const cib::Cib& cib, const Plan& p) {
    PlaybackOptions options;
    options.now = kNow;
    return play(cib, p.graph, options).cib;
}

// So many transitions until nothing is to be carried out any more; most + 1 when that never comes.
int transitions_to_rest(cib::Cib cib, int most) {
    for (int n = 0; n <= most; ++n) {
        const Plan p = plan(cib, kNow);
        RC_ASSERT(graph_errors(p.graph).empty());
        const auto& all = p.graph.actions;
        if (std::all_of(all.begin(), all.end(), [](const Action& a) { return a.kind == ActionKind::pseudo; })) return n;
        cib = played(cib, p);
    }
    return most + 1;
}

// The monitor of some resource fails where it runs, or its start failed on some node.
void fail_something(const Cluster& c, cib::Cib& cib) {
    OperationResult result;
    result.resource = rsc_name(*rc::gen::inRange(0, c.resources));
    result.node = node_name(*rc::gen::inRange(0, c.nodes));
    result.klass = "ocf";
    result.provider = "heartbeat";
    result.type = "Dummy";
    const bool monitor = *rc::gen::arbitrary<bool>();
    result.task = monitor ? "monitor" : "start";
    result.interval = milliseconds{monitor ? 10'000 : 0};
    result.rc = 1;
    record(cib, result, kNow);
}

}  // namespace

TEST_CASE("laws of every plan") {
    holds("the graph is valid, and the same each time", [] {
        const cib::Cib cib = document(any_cluster());
        const Plan p = plan(cib, kNow);
        RC_ASSERT(graph_errors(p.graph).empty());
        RC_ASSERT(graph_xml(p.graph) == graph_xml(plan(cib, kNow).graph));
    });
    holds("a banned node and a node on standby are never used", [] {
        const Cluster c = any_cluster();
        const Plan p = plan(document(c), kNow);
        for (int r = 0; r < c.resources; ++r) {
            const Action* start = action(p, rsc_name(r), "start");
            for (int n = 0; start != nullptr && n < c.nodes; ++n) {
                const bool banned = c.scores[static_cast<std::size_t>(r)][static_cast<std::size_t>(n)] == 1;
                const bool standby = std::find(c.standby.begin(), c.standby.end(), n) != c.standby.end();
                if (banned || standby) RC_ASSERT(start->node != node_name(n));
            }
        }
    });
    holds("nothing starts before what it is ordered after", [] {
        const Cluster c = any_cluster();
        const Plan p = plan(document(c), kNow);
        for (const auto& [first, then] : c.orders) {
            const Action* a = action(p, rsc_name(first), "start");
            const Action* b = action(p, rsc_name(then), "start");
            if (b == nullptr) continue;
            RC_ASSERT(a != nullptr);
            RC_ASSERT(leads_to(p.graph, a->id, b->id));
        }
    });
    holds("a plan played to its end leaves nothing to plan", [] {
        const cib::Cib cib = document(any_cluster());
        const cib::Cib after = played(cib, plan(cib, kNow));
        RC_ASSERT(plan(after, kNow).graph.actions.empty());
    });
    holds("groups and clones: a plan played to its end leaves nothing to plan", [] {
        RC_ASSERT(transitions_to_rest(document(any_shaped_cluster()), 1) <= 1);
    });
    holds("after a failure there is rest again, too", [] {
        const Cluster c = any_shaped_cluster();
        const cib::Cib cib = document(c);
        cib::Cib after = played(cib, plan(cib, kNow));
        fail_something(c, after);
        RC_ASSERT(transitions_to_rest(after, 2) <= 2);
    });
    holds("the order of the sections changes nothing", [] {
        Cluster c = any_cluster();
        const auto before = graph_xml(plan(document(c), kNow).graph);
        c.reversed = true;
        RC_ASSERT(graph_xml(plan(document(c), kNow).graph) == before);
    });
    holds("a node on which everything is banned changes nothing but probes", [] {
        Cluster c = any_cluster();
        const auto before = decisions(plan(document(c), kNow));
        c.extra_node = 1;
        RC_ASSERT(decisions(plan(document(c), kNow)) == before);
    });
}
