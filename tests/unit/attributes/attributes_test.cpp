// Proves: what becomes of a node attribute that a tool or an agent sets.
#include "crmd/core/apply.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::crmd;

namespace {

std::string set(State& state, const std::string& value, bool expand = true) {
    wire::AttributeChange change;
    change.set_node("node1");
    change.set_name("a");
    change.set_value(value);
    change.set_expand(expand);
    apply_attribute(state, change);
    return state.node("node1")->attributes["a"];
}

}  // namespace

TEST_CASE("a node attribute's value stays as it was given, and counts where it says so") {
    State state;
    state.nodes[NodeId{1}].name = "node1";
    CHECK(set(state, "7") == "7");
    CHECK(set(state, "-20") == "-20");
    CHECK(set(state, "text with = and + in it") == "text with = and + in it");
    CHECK(set(state, "5") == "5");
    CHECK(set(state, "a++") == "6");
    CHECK(set(state, "a+=4") == "10");
    CHECK(set(state, "a++", false) == "a++");
    CHECK(set(state, "a++") == "1");
    CHECK(set(state, "INFINITY") == "INFINITY");
}

TEST_CASE("failures are forgotten of a resource with all its instances, or of one") {
    State state;
    auto& node = state.nodes[NodeId{1}];
    node.name = "node1";
    for (const char* id : {"web:0", "web:1", "webmail:0"}) {
        node.attributes[std::string{"fail-count-"} + id + "#start_0"] = "INFINITY";
        auto& history = node.history[id];
        history.id = id;
        history.ops.emplace_back().id = std::string{id} + "_last_failure_0";
    }
    wire::Forget forget;
    SECTION("all") {
        forget.set_resource("web");
        CHECK(apply_forget(state, forget).changed);
        CHECK(node.history.size() == 1);
        CHECK(node.attributes.size() == 1);
        CHECK(node.attributes.count("fail-count-webmail:0#start_0") == 1);
    }
    SECTION("one") {
        forget.set_resource("web:1");
        CHECK(apply_forget(state, forget).changed);
        CHECK(node.history.count("web:0") == 1);
        CHECK(node.history.count("web:1") == 0);
    }
}
