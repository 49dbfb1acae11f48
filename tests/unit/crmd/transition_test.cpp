// The executor of a graph: what may be ordered, in which order, within which limits; and what a new graph makes of
// what is still in flight.
#include "crmd/core/transition.h"

#include "crmd/core/apply.h"
#include "tests/catch.h"

namespace muster::crmd {
namespace {

State nodes(std::uint32_t jobs, std::initializer_list<NodeId> joined) {
    State state;
    for (NodeId id : joined) {
        wire::MemberHello hello;
        hello.set_name("node" + std::to_string(id));
        hello.set_jobs(jobs);
        apply_hello(state, id, hello);
        apply_report(state, id, wire::NodeReport{});
    }
    wire::Leads leads;
    leads.set_era_number(1);
    apply_leads(state, 1, leads);
    return state;
}

// A graph written down action by action; `add` gives the id that others name.
struct Graph {
    std::shared_ptr<policy::Plan> plan = std::make_shared<policy::Plan>();
    int add(const std::string& task, const std::string& resource, const std::string& node, std::vector<int> after = {}, int priority = 0) {
        policy::Action a;
        a.id = static_cast<int>(plan->graph.actions.size());
        a.kind = node.empty() ? policy::ActionKind::pseudo : policy::ActionKind::resource;
        a.task = task;
        a.resource = resource;
        a.node = node;
        a.after = std::move(after);
        a.priority = priority;
        plan->graph.actions.push_back(std::move(a));
        return plan->graph.actions.back().id;
    }
};

// What is ordered now, in its order; ordered under "RESOURCE TASK" as the order's id.
std::vector<std::string> order_ready(Transition& t, State& state, const Limits& limits = {}) {
    std::vector<std::string> names;
    for (const policy::Action* a : t.ready(state, limits)) {
        names.push_back(a->task + " " + a->resource);
        t.ordered(*a, names.back());
        wire::Order o;
        o.set_id(names.back());
        o.set_era_number(1);
        o.set_node(a->node);
        o.set_resource(a->resource);
        o.set_operation(a->task);
        apply_order(state, 1, o);
    }
    return names;
}

void end(Transition& t, State& state, const std::string& id, bool ok = true) {
    state.in_flight.erase(id);
    t.completed(id, ok);
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an action waits for all that is before it; milestones pass by themselves") {
    State state = nodes(4, {1, 2});
    Graph g;
    const int a = g.add("start", "a", "node1"), b = g.add("start", "b", "node2");
    const int both = g.add("running", "group", "", {a, b});
    const int chained = g.add("running", "outer", "", {both});
    g.add("start", "c", "node1", {a, chained});
    Transition t;
    t.adopt(g.plan, 1, state);
    CHECK(order_ready(t, state) == Names{"start a", "start b"});
    end(t, state, "start a");
    CHECK(order_ready(t, state).empty());
    end(t, state, "start b");
    CHECK(order_ready(t, state) == Names{"start c"});
    CHECK_FALSE(t.idle());
    end(t, state, "start c");
    CHECK(t.idle());
    CHECK(t.done() == 5);
}

TEST_CASE("what follows a failed action is never ordered, the rest is") {
    State state = nodes(4, {1});
    Graph g;
    const int a = g.add("start", "a", "node1");
    g.add("start", "b", "node1", {a});
    g.add("start", "c", "node1");
    Transition t;
    t.adopt(g.plan, 1, state);
    CHECK(order_ready(t, state) == Names{"start a", "start c"});
    end(t, state, "start a", false);
    end(t, state, "start c");
    CHECK(order_ready(t, state).empty());
    CHECK(t.idle());
    CHECK(t.why_waiting() == "start b on node1 waits for what is before it");
}

TEST_CASE("a node gets as many at once as it takes, the most important first; another node is not held up by it") {
    State state = nodes(2, {1, 2});
    Graph g;
    for (const char* name : {"a", "b", "c"}) g.add("start", name, "node1");
    g.add("start", "first", "node1", {}, 10);
    g.add("start", "other", "node2");
    g.add("cancel", "old", "node1");  // takes no place
    Transition t;
    t.adopt(g.plan, 1, state);
    CHECK(order_ready(t, state) == Names{"start first", "start a", "start other", "cancel old"});
    CHECK(order_ready(t, state).empty());
    end(t, state, "start a");
    CHECK(order_ready(t, state).empty());  // the cancel is in flight there, too
    end(t, state, "cancel old");
    CHECK(order_ready(t, state) == Names{"start b"});
}

TEST_CASE("batch-limit and migration-limit hold back what goes beyond them") {
    State state = nodes(8, {1, 2});
    Graph g;
    g.add("start", "a", "node1");
    g.add("start", "b", "node2", {}, 5);
    g.add("start", "c", "node1");
    Limits two;
    two.total = 2;
    Transition t;
    t.adopt(g.plan, 1, state);
    CHECK(order_ready(t, state, two) == Names{"start b", "start a"});
    end(t, state, "start b");
    CHECK(order_ready(t, state, two) == Names{"start c"});

    State other = nodes(8, {1, 2});
    Graph m;
    m.add("migrate_to", "x", "node1");
    m.add("migrate_to", "y", "node1");
    m.add("start", "z", "node1");
    Limits one;
    one.migrations = 1;
    Transition moves;
    moves.adopt(m.plan, 1, other);
    CHECK(order_ready(moves, other, one) == Names{"migrate_to x", "start z"});
    end(moves, other, "migrate_to x");
    CHECK(order_ready(moves, other, one) == Names{"migrate_to y"});
}

TEST_CASE("what a node does that is not here waits for it; what was put back comes again") {
    State state = nodes(4, {1});
    Graph g;
    g.add("start", "far", "node2");
    g.add("start", "near", "node1");
    Transition t;
    t.adopt(g.plan, 1, state);
    const auto given = t.ready(state, {});
    REQUIRE(given.size() == 1);
    CHECK(given.front()->resource == "near");
    CHECK_FALSE(t.idle());
    CHECK(t.ready(state, {}).empty());
    t.put_back(*given.front());
    CHECK(order_ready(t, state) == Names{"start near"});
}

TEST_CASE("a new graph takes up what is in flight, and waits for what has to do with it") {
    State state = nodes(4, {1, 2});
    Graph old;
    const int a = old.add("start", "a", "node1");
    old.add("start", "b", "node2", {a});
    Transition t;
    t.adopt(old.plan, 1, state);
    CHECK(order_ready(t, state) == Names{"start a"});

    Graph same;  // the same start stands in it, and what follows
    const int again = same.add("start", "a", "node1");
    same.add("start", "c", "node1", {again});
    t.adopt(same.plan, 2, state);
    CHECK(order_ready(t, state).empty());
    CHECK(t.mine("start a"));

    Graph other;  // it wants a stopped: that waits for the start; b waited for it in an older graph
    other.add("stop", "a", "node1");
    other.add("start", "b", "node2");
    other.add("start", "d", "node2");
    t.adopt(other.plan, 3, state);
    CHECK(order_ready(t, state) == Names{"start d"});
    CHECK_FALSE(t.completed("start a", true));
    state.in_flight.erase("start a");
    CHECK(order_ready(t, state) == Names{"stop a", "start b"});
}

TEST_CASE("a graph that wanted something else before what has ended is of the past") {
    State state = nodes(4, {1});
    Graph old;
    old.add("start", "a", "node1");
    Transition t;
    t.adopt(old.plan, 1, state);
    CHECK(order_ready(t, state) == Names{"start a"});
    Graph next;
    const int first = next.add("stop", "b", "node1");
    next.add("start", "a", "node1", {first});
    next.add("start", "c", "node1");
    t.adopt(next.plan, 2, state);
    end(t, state, "start a");
    CHECK(t.overtaken());
    CHECK(order_ready(t, state).empty());
}

TEST_CASE("what ended while the plan was being made is done in it") {
    State state = nodes(4, {1});
    Graph g;
    const int a = g.add("start", "a", "node1");
    const int up = g.add("running", "group", "", {a});
    g.add("start", "b", "node1", {up});
    Transition t;
    t.adopt(g.plan, 1, state);
    t.was_done("start|a|0|node1");
    CHECK(order_ready(t, state) == Names{"start b"});
}

}  // namespace muster::crmd
