// Playing a transition: what the status says afterwards.
#include "policy-engine/playback.h"

#include "cib/model/read.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::policy;

namespace {
cib::Cib document() {
    const auto c = cib::read(
        "<cib><configuration><nodes><node id='1' uname='n1'/><node id='2' uname='n2'/></nodes></configuration>"
        "<status><node_state id='1' uname='n1' in_ccm='true' crmd='online' join='member' expected='member'>"
        "<transient_attributes id='1'><instance_attributes id='status-1'>"
        "<nvpair id='f' name='fail-count-web#monitor_10000' value='2'/>"
        "<nvpair id='g' name='fail-count-webby#monitor_10000' value='2'/></instance_attributes></transient_attributes>"
        "<lrm id='1'><lrm_resources><lrm_resource id='web' class='ocf' provider='heartbeat' type='Dummy'>"
        "<lrm_rsc_op id='web_last_0' operation='start' operation_key='web_start_0' call-id='4' rc-code='0' op-status='0' interval='0'/>"
        "<lrm_rsc_op id='web_monitor_10000' operation='monitor' operation_key='web_monitor_10000' call-id='5' rc-code='0' "
        "op-status='0' interval='10000'/></lrm_resource></lrm_resources></lrm></node_state></status></cib>");
    REQUIRE(c);
    return *c;
}
Action action(int id, ActionKind kind, std::string task, std::string node, std::vector<int> after = {}) {
    Action a;
    a.id = id;
    a.kind = kind;
    a.task = std::move(task);
    a.resource = a.history_id = kind == ActionKind::fencing ? "" : "web";
    a.key = "web_" + a.task + "_0";
    a.node = std::move(node);
    a.klass = "ocf";
    a.provider = "heartbeat";
    a.type = "Dummy";
    a.after = std::move(after);
    return a;
}
std::string ops(const cib::Cib& c, std::string_view node) {
    std::string out;
    for (const auto& h : c.status.node(node)->history) {
        for (const auto& o : h.ops) out += o.id + "=" + o.operation + ":" + std::to_string(o.rc) + "#" + std::to_string(o.call_id) + " ";
    }
    return out;
}
const PlaybackOptions kPlain{WallTime::from_seconds(1000), 0, {}, {}, true};
}  // namespace

TEST_CASE("a move: stopped here, started there, its monitor's entry gone") {
    TransitionGraph g;
    g.actions.push_back(action(0, ActionKind::resource, "stop", "n1"));
    g.actions.push_back(action(1, ActionKind::resource, "start", "n2", {0}));
    const Playback p = play(document(), g, kPlain);
    CHECK(p.done == std::vector<int>{0, 1});
    CHECK(ops(p.cib, "n1") == "web_last_0=stop:0#6 ");
    CHECK(ops(p.cib, "n2") == "web_last_0=start:0#1 ");
    CHECK(p.cib.status.node("n2")->id == "2");
    CHECK(p.cib.status.node("n2")->history[0].ops[0].op_digest == "f2317cad3d54cec5d7d7aa7d0bf35cf8");
}

TEST_CASE("a failure stops what waits for it, counts, and is kept as the last failure") {
    TransitionGraph g;
    g.actions.push_back(action(0, ActionKind::resource, "stop", "n1"));
    g.actions.push_back(action(1, ActionKind::resource, "start", "n2", {0}));
    PlaybackOptions options = kPlain;
    options.faults.push_back({"web", "stop", milliseconds{0}, "n1", 1});
    const Playback p = play(document(), g, options);
    CHECK(p.failed == std::vector<int>{0});
    CHECK(p.skipped == std::vector<int>{1});
    CHECK(ops(p.cib, "n1").find("web_last_failure_0=stop:1") != std::string::npos);
    const auto* set = p.cib.status.node("n1")->transient.child("instance_attributes");
    CHECK(set->child("nvpair", "status-1-fail-count-web#stop_0")->get("value") == "INFINITY");
    CHECK(set->child("nvpair", "status-1-last-failure-web#stop_0")->get("value") == "1000");
}

TEST_CASE("fencing ends the node's life") {
    TransitionGraph g;
    g.actions.push_back(action(0, ActionKind::fencing, "stonith", "n1"));
    const Playback p = play(document(), g, kPlain);
    const auto* n = p.cib.status.node("n1");
    CHECK(n->crmd == "offline");
    CHECK(n->history.empty());
    CHECK(n->transient.name().empty());
    PlaybackOptions options = kPlain;
    options.failing_fencings = {"n1"};
    CHECK(play(document(), g, options).failed == std::vector<int>{0});
}

TEST_CASE("cleaning up is for that resource alone") {
    TransitionGraph g;
    g.actions.push_back(action(0, ActionKind::cluster, "clear_failcount", "n1"));
    const Playback p = play(document(), g, kPlain);
    const auto* set = p.cib.status.node("n1")->transient.child("instance_attributes");
    REQUIRE(set->children().size() == 1);
    CHECK(set->children()[0].get("name") == "fail-count-webby#monitor_10000");
}

TEST_CASE("told to shut down, a node leaves") {
    TransitionGraph g;
    g.actions.push_back(action(0, ActionKind::cluster, "do_shutdown", "n1"));
    CHECK(play(document(), g, kPlain).cib.status.node("n1")->crmd == "offline");
    PlaybackOptions stay = kPlain;
    stay.leave_on_shutdown = false;
    CHECK(play(document(), g, stay).cib.status.node("n1")->crmd == "online");
}
