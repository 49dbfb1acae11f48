// What messages mean for the replicated state.
#include "crmd/core/apply.h"
#include "crmd/core/history.h"
#include "crmd/core/snapshot.h"
#include "crmd/core/status.h"
#include "crmd/core/transition.h"
#include "tests/catch.h"

namespace muster::crmd {
namespace {

void leads(State& state, NodeId dc, std::uint64_t era) {
    wire::Leads message;
    message.set_era_number(era);
    apply_leads(state, dc, message);
}

State two_nodes() {
    State state;
    for (NodeId id : {1u, 2u}) {
        wire::MemberHello hello;
        hello.set_name("node" + std::to_string(id));
        hello.set_boot_id("b" + std::to_string(id));
        apply_hello(state, id, hello);
        wire::NodeReport report;
        apply_report(state, id, report);
    }
    leads(state, 1, 1);
    return state;
}

wire::Order order(const std::string& id, const std::string& node, const std::string& operation, std::int64_t interval = 0) {
    wire::Order o;
    o.set_id(id);
    o.set_era_number(1);
    o.set_node(node);
    o.set_resource("web");
    o.set_history_id("web");
    o.set_klass("ocf");
    o.set_operation(operation);
    o.set_interval_ms(interval);
    o.set_operation_key(operation_key("web", operation, interval));
    o.set_fatal(operation == "start");
    return o;
}

wire::Outcome outcome(const wire::Order& o, int rc) {
    wire::Outcome out;
    out.set_action_id(o.id());
    out.set_resource("web");
    out.set_operation(o.operation());
    out.set_interval_ms(o.interval_ms());
    out.set_rc(rc);
    return out;
}

const cib::OpRecord* record(const State& state, NodeId node, const std::string& id) {
    const auto& history = state.nodes.at(node).history;
    const auto at = history.find("web");
    if (at == history.end()) return nullptr;
    for (const auto& op : at->second.ops) if (op.id == id) return &op;
    return nullptr;
}

}  // namespace

TEST_CASE("an order is pending until its outcome is known") {
    State state = two_nodes();
    const wire::Order start = order("1.1", "node1", "start");
    apply_order(state, 1, start);
    REQUIRE(record(state, 1, "web_last_0")->rc == 193);
    const Applied done = apply_outcome(state, 1, outcome(start, 0));
    CHECK(done.completed.size() == 1);
    CHECK(done.completed[0].ok);
    CHECK(done.unexpected.empty());
    CHECK(record(state, 1, "web_last_0")->rc == 0);
    CHECK(state.in_flight.empty());
}

TEST_CASE("a start that fails counts as infinity; a monitor's failures are counted one by one") {
    State state = two_nodes();
    const wire::Order start = order("1.1", "node1", "start");
    apply_order(state, 1, start);
    CHECK_FALSE(apply_outcome(state, 1, outcome(start, 1)).unexpected.empty());
    CHECK(state.nodes.at(1).attributes.at("fail-count-web#start_0") == "INFINITY");
    const wire::Order monitor = order("1.2", "node2", "monitor", 10'000);
    apply_order(state, 1, monitor);
    apply_outcome(state, 2, outcome(monitor, 0));
    apply_outcome(state, 2, outcome(monitor, 7));
    apply_outcome(state, 2, outcome(monitor, 7));
    CHECK(state.nodes.at(2).attributes.at("fail-count-web#monitor_10000") == "2");
    CHECK(record(state, 2, "web_last_failure_0") != nullptr);
    CHECK(record(state, 2, "web_monitor_10000")->rc == 0);
}

TEST_CASE("a late result of a cancelled monitor is nobody's") {
    State state = two_nodes();
    const wire::Order monitor = order("1.1", "node1", "monitor", 10'000);
    apply_order(state, 1, monitor);
    apply_outcome(state, 1, outcome(monitor, 0));
    wire::Order cancel = order("1.2", "node1", "cancel");
    cancel.set_operation_key("web_monitor_10000");
    apply_order(state, 1, cancel);
    const Applied late = apply_outcome(state, 1, outcome(monitor, 7));
    CHECK(late.unexpected.empty());
    CHECK(state.nodes.at(1).attributes.empty());
    CHECK(record(state, 1, "web_monitor_10000") == nullptr);
}

TEST_CASE("an order counts if the DC of the newest era gave it") {
    State state = two_nodes();
    leads(state, 2, 2);
    apply_order(state, 1, order("1.9", "node2", "start"));
    CHECK(state.in_flight.empty());
    wire::Order newer = order("2.1", "node1", "start");
    newer.set_era_number(2);
    apply_order(state, 1, newer);
    CHECK(state.in_flight.empty());
    leads(state, 1, 1);  // late: its era is over
    apply_order(state, 1, newer);
    CHECK(state.in_flight.empty());
    apply_order(state, 2, newer);
    CHECK(state.in_flight.size() == 1);
    CHECK(decode(encode(state)).dc == 2);
}

TEST_CASE("a lost node keeps its history until it is fenced; a dead crmd keeps it, too") {
    State state = two_nodes();
    const wire::Order start = order("1.1", "node2", "start");
    apply_order(state, 1, start);
    apply_outcome(state, 2, outcome(start, 0));
    cluster::ViewChanged view;
    view.members = {{1, 10}};
    SECTION("node lost") {
        view.departed = {{{2, 20}, cluster::Departure::node_lost}};
        CHECK_FALSE(apply_view(state, view).unexpected.empty());
        CHECK(state.nodes.at(2).life == Life::lost);
        CHECK(state.nodes.at(2).history.size() == 1);
        wire::FencingRecord fence;
        fence.set_id("1.2");
        fence.set_target("node2");
        fence.set_boot_id("b2");
        fence.set_state("assigned");
        fence.set_attempt(1);
        apply_fence(state, 1, fence);
        wire::FenceDone done;
        done.set_id("1.2");
        done.set_attempt(1);
        done.set_ok(true);
        CHECK(apply_fence_done(state, done).completed.size() == 1);
        CHECK(state.nodes.at(2).life == Life::down);
        CHECK(state.nodes.at(2).history.empty());
    }
    SECTION("crmd lost, and back") {
        view.departed = {{{2, 20}, cluster::Departure::process_lost}};
        apply_view(state, view);
        CHECK(state.nodes.at(2).life == Life::crmd_lost);
        CHECK(status_of(state).node("node2")->join == "member");
        wire::MemberHello hello;
        hello.set_name("node2");
        hello.set_boot_id("b2");
        apply_hello(state, 2, hello);
        CHECK(state.nodes.at(2).history.size() == 1);
    }
    SECTION("back with another boot id: its old life is over") {
        view.departed = {{{2, 20}, cluster::Departure::node_lost}};
        apply_view(state, view);
        wire::MemberHello hello;
        hello.set_name("node2");
        hello.set_boot_id("another");
        apply_hello(state, 2, hello);
        CHECK(state.nodes.at(2).history.empty());
        CHECK(state.nodes.at(2).life == Life::up);
    }
}

namespace {

wire::FencingRecord unfencing(const std::string& target, NodeId executor) {
    wire::FencingRecord r;
    r.set_id("1.7");
    r.set_target(target);
    r.set_action("on");
    r.set_executor(executor);
    r.set_attempt(1);
    r.set_state("assigned");
    r.set_stamp_us(1'700'000'000'000'000);
    wire::Attribute& mark = *r.add_marks();
    mark.set_name("#digests-all");
    mark.set_value("fabric:fence_x:0123,");
    return r;
}

wire::FenceDone fence_done(const wire::FencingRecord& r) {
    wire::FenceDone done;
    done.set_id(r.id());
    done.set_attempt(r.attempt());
    done.set_ok(true);
    return done;
}

}  // namespace

TEST_CASE("a node that was let in says so until its life ends") {
    State state = two_nodes();
    const wire::FencingRecord record = unfencing("node2", 1);
    apply_fence(state, 1, record);
    const Applied done = apply_fence_done(state, fence_done(record));
    REQUIRE(done.completed.size() == 1);
    CHECK(done.completed[0].ok);
    CHECK(state.nodes.at(2).life == Life::up);
    CHECK(state.nodes.at(2).attributes.at("#node-unfenced") == "1700000000");
    CHECK(state.nodes.at(2).attributes.at("#digests-all") == "fabric:fence_x:0123,");
    Applied over;
    end_life(state, state.nodes.at(2), over);
    CHECK(state.nodes.at(2).attributes.empty());
}

TEST_CASE("a node that is lost is not let in any more; what runs already is waited for, and marks nothing") {
    State state = two_nodes();
    wire::FencingRecord record = unfencing("node2", 1);
    cluster::ViewChanged view;
    view.members = {{1, 10}};
    view.departed = {{{2, 20}, cluster::Departure::node_lost}};
    apply_fence(state, 1, record);
    SECTION("assigned") {
        const Applied lost = apply_view(state, view);
        CHECK(state.fencing.at("1.7").state() == "void");
        REQUIRE(lost.completed.size() == 1);
        CHECK_FALSE(lost.completed[0].ok);
    }
    SECTION("begun") {
        wire::FenceBegin begin;
        begin.set_id("1.7");
        begin.set_attempt(1);
        apply_fence_begin(state, begin);
        apply_view(state, view);
        CHECK(state.fencing.at("1.7").state() == "begun");
        apply_fence_done(state, fence_done(record));
        CHECK(state.nodes.at(2).attributes.empty());
        CHECK(state.nodes.at(2).life == Life::lost);
    }
}

TEST_CASE("to let a node in is never taken for its fencing") {
    State state = two_nodes();
    const auto plan = std::make_shared<policy::Plan>();
    policy::Action& fence = plan->graph.actions.emplace_back();
    fence.kind = policy::ActionKind::fencing;
    fence.task = "stonith";
    fence.node = "node2";
    fence.attributes = {{"CRM_meta_stonith_action", "off"}};
    apply_fence(state, 1, unfencing("node2", 1));
    Transition transition;
    transition.adopt(plan, 1, state);
    CHECK(transition.ready(state, Limits{}).size() == 1);  // the cut is ordered, whatever is under way

    policy::Action on = fence;
    on.attributes = {{"CRM_meta_stonith_action", "on"}};
    Transition again;
    again.adopt(plan, 2, state);
    again.was_done(identity(on));
    CHECK(again.ready(state, Limits{}).size() == 1);
}

TEST_CASE("quorum is unknown from the loss of a node until it is told for the new ring") {
    State state = two_nodes();
    apply_ring(state, {{1, 5}, {1, 2}});
    wire::QuorumReport report;
    report.set_representative(1);
    report.set_sequence(5);
    report.set_quorate(true);
    apply_quorum(state, 1, report);
    CHECK(quorum_of(state, 1) == Quorum::yes);
    cluster::ViewChanged view;
    view.members = {{1, 10}};
    view.departed = {{{2, 20}, cluster::Departure::node_lost}};
    apply_view(state, view);
    CHECK(quorum_of(state, 1) == Quorum::unknown);
    apply_ring(state, {{1, 6}, {1}});
    CHECK(quorum_of(state, 1) == Quorum::unknown);
}

TEST_CASE("a snapshot carries the whole state") {
    State state = two_nodes();
    const wire::Order monitor = order("1.1", "node1", "monitor", 10'000);
    apply_order(state, 1, monitor);
    apply_outcome(state, 1, outcome(monitor, 7));
    state.started = true;
    const State copy = decode(encode(state));
    CHECK(copy.nodes.at(1).attributes == state.nodes.at(1).attributes);
    CHECK(copy.nodes.at(1).recurring.size() == 1);
    CHECK(copy.started);
    CHECK(encode(copy).SerializeAsString() == encode(state).SerializeAsString());
}

}  // namespace muster::crmd
