// The written graph, its laws, and operation digests.
#include "policy-engine/graph_xml.h"

#include "base/xml/parse.h"
#include "policy-engine/digest.h"
#include "policy-engine/graph_check.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::policy;

namespace {
Action action(int id, std::string task, std::string resource, std::string node, std::vector<int> after) {
    Action a;
    a.id = id;
    a.task = std::move(task);
    a.resource = std::move(resource);
    a.history_id = a.resource;
    a.key = a.resource + "_" + a.task + "_0";
    a.node = std::move(node);
    a.node_id = a.node;
    a.klass = "ocf";
    a.provider = "heartbeat";
    a.type = "Dummy";
    a.after = std::move(after);
    return a;
}
}  // namespace

TEST_CASE("a graph as XML") {
    TransitionGraph g;
    g.actions.push_back(action(0, "stop", "web", "n1", {}));
    g.actions.push_back(action(1, "start", "web", "n2", {0}));
    g.actions[1].attributes = {{"CRM_meta_timeout", "20000"}, {"opt", "a<b"}};
    const auto root = xml::parse(graph_xml(g));
    REQUIRE(root);
    CHECK(root->get("cluster-delay") == "60s");
    REQUIRE(root->children_named("synapse").size() == 2);
    const auto* synapse = root->child("synapse", "1");
    REQUIRE(synapse);
    const auto* op = synapse->child("action_set")->child("rsc_op");
    CHECK(op->get("operation_key") == "web_start_0");
    CHECK(op->get("on_node") == "n2");
    CHECK(op->child("primitive")->id() == "web");
    CHECK_FALSE(op->child("primitive")->has("long-id"));
    CHECK(op->child("attributes")->get("opt") == "a<b");
    CHECK(synapse->child("inputs")->child("trigger")->child("rsc_op")->get("operation_key") == "web_stop_0");
    CHECK(graph_dot(g).find("\"web_stop_0 n1\" -> \"web_start_0 n2\"") != std::string::npos);
}

TEST_CASE("instances of clones") {
    const auto names = [](std::string resource, std::string history, bool anonymous) {
        TransitionGraph g;
        Action a = action(0, "start", resource, "n1", {});
        a.history_id = history;
        a.anonymous = anonymous;
        g.actions.push_back(a);
        const auto root = xml::parse(graph_xml(g));
        const auto* p = root->child("synapse")->child("action_set")->child("rsc_op")->child("primitive");
        return p->id() + "/" + p->get("long-id");
    };
    CHECK(names("c:1", "c", true) == "c/c:1");
    CHECK(names("c:0", "c:1", true) == "c/c:1");
    CHECK(names("c:1", "c:1", true) == "c/c:1");
    CHECK(names("c:1", "c:1", false) == "c:1/");
    CHECK(names("c:2", "c:0", false) == "c:0/c:2");
}

TEST_CASE("no loop, no trigger on a missing action") {
    TransitionGraph g;
    g.actions.push_back(action(0, "stop", "a", "n1", {}));
    g.actions.push_back(action(1, "start", "b", "n1", {0, 2}));
    g.actions.push_back(action(2, "start", "c", "n1", {0}));
    CHECK(graph_errors(g).empty());
    CHECK(execution_order(g) == std::vector<int>{0, 2, 1});
    g.actions[2].after = {0, 1};
    REQUIRE(graph_errors(g).size() == 1);
    CHECK(graph_errors(g)[0].find("a loop: ") == 0);
    CHECK(graph_errors(g)[0].find("b_start_0 on n1 (1)") != std::string::npos);
    g.actions[2].after = {7};
    CHECK(graph_errors(g)[0] == "c_start_0 on n1 (2) waits for action 7, which is not in the graph");
    g.actions[2].after = {};
    g.actions[2].id = 5;
    CHECK_FALSE(graph_errors(g).empty());
}

TEST_CASE("operation digests are those of the history") {
    // Of no parameters at all: found in every cluster's status.
    CHECK(all_digest({}, milliseconds{0}) == "f2317cad3d54cec5d7d7aa7d0bf35cf8");
    const Parameters p{{"CRM_meta_timeout", "20000"}, {"b", "2"}, {"a", "<&\">"}, {"id", "x"}};
    const Parameters same{{"a", "<&\">"}, {"b", "2"}};
    CHECK(all_digest(p, milliseconds{0}) == all_digest(same, milliseconds{0}));
    CHECK(all_digest(p, milliseconds{10}) != all_digest(same, milliseconds{10}));
    CHECK(restart_digest(p, " b  c ") == all_digest({{"b", "2"}}, milliseconds{0}));
    CHECK(secure_digest(p, " a ", milliseconds{0}) == all_digest({{"b", "2"}}, milliseconds{0}));
}
