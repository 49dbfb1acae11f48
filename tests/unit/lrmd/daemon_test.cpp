// Proves: lrmd as a process runs agents as OCF says, whatever they do, and loses no result when it is killed.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "base/text.h"
#include "tests/catch.h"
#include "tests/unit/lrmd/daemon_fixture.h"

using namespace muster;
using namespace muster::lrmd;
using test::Daemon;

namespace {

proto::Attribute* add(proto::Run& run, const std::string& name, const std::string& value) {
    auto* a = run.add_attributes();
    a->set_name(name);
    a->set_value(value);
    return a;
}

struct Started : Daemon {
    Started() {
        start();
        connect();
    }
};

}  // namespace

TEST_CASE("an agent gets the environment that OCF and the field's agents rely on") {
    Started d;
    d.agent("Env", "env > " + d.file("env") + "; echo \"$*\" > " + d.file("args"));
    auto run = Daemon::order("7.1", "web:0", "Env", "start");
    add(run, "ip", "10.0.0.1");
    add(run, "CRM_meta_clone-max", "2");
    add(run, "CRM_meta_notify_promoted_uname", "node1 ");
    add(run, "OCF_CHECK_LEVEL", "10");
    const auto result = d.run_and_wait(run);
    CHECK(result.rc() == 0);
    CHECK(result.status() == proto::DONE);
    const std::string env = "\n" + test::slurp(d.file("env"));
    for (const char* line : {"OCF_ROOT=/usr/lib/ocf", "OCF_RA_VERSION_MAJOR=1", "OCF_RA_VERSION_MINOR=1",
                             "OCF_RESOURCE_INSTANCE=web:0", "OCF_RESOURCE_TYPE=Env", "OCF_RESOURCE_PROVIDER=test",
                             "OCF_RESKEY_ip=10.0.0.1", "OCF_RESKEY_CRM_meta_clone_max=2", "OCF_RESKEY_CRM_meta_timeout=5000",
                             "OCF_RESKEY_CRM_meta_notify_promoted_uname=node1 ", "OCF_RESKEY_CRM_meta_notify_master_uname=node1 ",
                             "OCF_RESKEY_CRM_meta_on_node=node1", "OCF_CHECK_LEVEL=10", "HA_cluster_type=corosync"}) {
        INFO(line);
        CHECK(env.find("\n" + std::string{line} + "\n") != std::string::npos);
    }
    CHECK(env.find("\nPATH=" + d.file("helpers") + ":") != std::string::npos);
    CHECK(env.find("\nHA_RSCTMP=" + d.file("scratch") + "\n") != std::string::npos);
    CHECK(test::slurp(d.file("args")) == "start\n");
}

TEST_CASE("the exit reason and the end of the output come back, bounded") {
    Started d;
    d.agent("Flood", "echo 'ocf-exit-reason:first' >&2\n"
                     "i=0; while [ $i -lt 20000 ]; do echo \"line $i of a flood\"; i=$((i+1)); done\n"
                     "echo 'ocf-exit-reason:the disk is gone' >&2; printf 'caf\\303\\251 \\377\\001 end'; exit 5");
    const auto result = d.run_and_wait(Daemon::order("1", "r", "Flood", "start", 20'000));
    CHECK(result.rc() == 5);
    CHECK(result.exit_reason() == "the disk is gone");
    CHECK(result.output_tail().size() <= 4096);
    CHECK(result.output_tail().size() > 3000);
    CHECK(result.output_tail().find("caf\xc3\xa9 ?? end") != std::string::npos);
}

TEST_CASE("an agent that hangs is killed with its process group when its time is up") {
    Started d;
    d.agent("Hang", "trap '' TERM; sleep 300 & echo $! > " + d.file("child") + "; echo waiting; wait; sleep 300");
    const auto result = d.run_and_wait(Daemon::order("1", "r", "Hang", "stop", 300));
    CHECK(result.status() == proto::TIMEOUT);
    CHECK(result.rc() == 1);
    CHECK(result.exit_reason() == "stop of r was not done after 300ms and was killed");
    CHECK(result.output_tail() == "waiting\n");
    const auto child = static_cast<pid_t>(*parse_int(trim(test::slurp(d.file("child")))));
    CHECK(test::eventually([&] { return !test::process_alive(child); }));
}

TEST_CASE("an agent that forks a service away is done when it ends itself; the service lives") {
    Started d;
    d.agent("Fork", "sleep 30 & echo $! > " + d.file("service") + "; exit 0");
    const auto result = d.run_and_wait(Daemon::order("1", "r", "Fork", "start"));
    CHECK(result.rc() == 0);
    CHECK(result.exec_ms() < 3000);
    const auto service = static_cast<pid_t>(*parse_int(trim(test::slurp(d.file("service")))));
    CHECK(test::process_alive(service));
    ::kill(service, SIGKILL);
}

TEST_CASE("what can be wrong with an agent is said in the operator's words") {
    Started d;
    SECTION("killed by a signal") {
        d.agent("Bad", "kill -SEGV $$");
        const auto r = d.run_and_wait(Daemon::order("1", "r", "Bad", "start"));
        CHECK(r.status() == proto::ERROR);
        CHECK(r.rc() == 1);
        CHECK(r.exit_reason() == "the agent was killed by signal 11 (Segmentation fault)");
    }
    SECTION("an exit status that means nothing") {
        d.agent("Bad", "exit 57");
        const auto r = d.run_and_wait(Daemon::order("1", "r", "Bad", "start"));
        CHECK(r.rc() == 1);
        CHECK(r.exit_reason() == "the agent ended with status 57, which means nothing in OCF (expected 0 to 9, 190 or 191); "
                                 "taken as 1 (error)");
    }
    SECTION("no execute permission") {
        d.agent("Bad", "exit 0", 0644);
        const auto probe = d.run_and_wait(Daemon::order("0", "r", "Bad", "monitor"));
        CHECK(probe.rc() == 5);  // nothing can run here by it
        CHECK(probe.status() == proto::NOT_INSTALLED);
        const auto r = d.run_and_wait(Daemon::order("1", "r", "Bad", "stop"));
        CHECK(r.rc() == 4);
        CHECK(r.exit_reason() == probe.exit_reason());
        CHECK(r.exit_reason() == d.file("agents/test/Bad") + " has no execute permission (mode 0644): chmod +x it");
    }
    SECTION("not installed") {
        const auto r = d.run_and_wait(Daemon::order("1", "r", "Nothing", "monitor"));
        CHECK(r.rc() == 5);
        CHECK(r.status() == proto::NOT_INSTALLED);
        CHECK(r.exit_reason() == "agent ocf:test:Nothing is not installed on this node (looked for " +
                                     d.file("agents/test/Nothing") + ")");
    }
    SECTION("its interpreter is missing") {
        d.agent("Bad", "");
        std::ofstream{d.file("agents/test/Bad")} << "#!/no/such/shell\n";
        const auto r = d.run_and_wait(Daemon::order("1", "r", "Bad", "start"));
        CHECK(r.rc() == 5);
        CHECK(r.exit_reason() == d.file("agents/test/Bad") + " can not be run: the interpreter that its first line names is not there");
    }
    SECTION("neither a program nor a script") {
        d.agent("Bad", "");
        std::ofstream{d.file("agents/test/Bad")} << "echo no first line\n";
        const auto r = d.run_and_wait(Daemon::order("1", "r", "Bad", "start"));
        CHECK(r.rc() == 1);
        CHECK(r.exit_reason() == d.file("agents/test/Bad") + " can not be run: it is neither a program nor a script that begins with #!");
    }
    SECTION("a folder in its place") {
        ::mkdir(d.file("agents/test/Bad").c_str(), 0755);
        const auto r = d.run_and_wait(Daemon::order("1", "r", "Bad", "start"));
        CHECK(r.rc() == 4);
        CHECK(r.exit_reason() == d.file("agents/test/Bad") + " is not a file");
    }
    SECTION("it floods without an end: killed when its time is up, lrmd stays small") {
        d.agent("Bad", "while :; do echo a line of a flood; echo another >&2; done");
        const auto r = d.run_and_wait(Daemon::order("1", "r", "Bad", "start", 700));
        CHECK(r.status() == proto::TIMEOUT);
        CHECK(r.exit_reason() == "start of r was not done after 700ms and was killed");
        CHECK(r.output_tail().size() <= 4096);
        CHECK(r.output_tail().find("a line of a flood\n") != std::string::npos);
    }
    SECTION("it forks away and never says how it went: its group is killed, the one that left lives") {
        d.agent("Bad", "setsid sleep 30 >/dev/null 2>&1 & echo $! > " + d.file("away") + "; sleep 30");
        const auto r = d.run_and_wait(Daemon::order("1", "r", "Bad", "start", 400));
        CHECK(r.status() == proto::TIMEOUT);
        const auto away = static_cast<pid_t>(*parse_int(trim(test::slurp(d.file("away")))));
        CHECK(test::process_alive(away));
        ::kill(away, SIGKILL);
    }
    SECTION("a class that nobody knows") {
        auto order = Daemon::order("1", "r", "Bad", "start");
        order.set_klass("upstart");
        d.run(order);
        const auto m = d.receive();
        REQUIRE(m.has_refused_order());
        CHECK(m.refused_order().reason() == "class \"upstart\" is not run here (expected ocf, lsb, systemd, service or heartbeat)");
    }
}

TEST_CASE("lrmd is killed while agents run: they go on, and each result comes, once") {
    Started d;
    d.agent("Slow", "echo $1 >> " + d.file("calls") + "; sleep 0.4; echo done; exit 0");
    d.run(Daemon::order("3.1", "a", "Slow", "start"));
    d.run(Daemon::order("3.2", "a", "Slow", "promote"));  // waits behind it
    d.run(Daemon::order("3.3", "b", "Slow", "start"));
    REQUIRE(test::eventually([&] { return test::slurp(d.file("calls")) == "start\nstart\n"; }));
    d.kill_hard();
    ::usleep(100'000);
    d.start();
    d.connect();
    std::map<std::string, proto::Result> results;
    for (int i = 0; i < 3; ++i) {
        const auto r = d.result();
        results[r.action_id()] = r;
    }
    CHECK(results.at("3.1").rc() == 0);
    CHECK(results.at("3.1").output_tail() == "done\n");
    CHECK(results.at("3.2").status() == proto::DONE);
    CHECK(results.at("3.3").rc() == 0);
    CHECK(test::slurp(d.file("calls")) == "start\nstart\npromote\n");
    CHECK(d.silent_for(200));
    // The same order again, by one who has lost the acknowledged result: answered, nothing is started.
    d.run(Daemon::order("3.1", "a", "Slow", "start"));
    const auto again = d.result();
    CHECK(again.action_id() == "3.1");
    CHECK(again.status() == proto::CANCELLED);
    CHECK(again.exit_reason() == "it ran, and its result was acknowledged before");
    CHECK(d.silent_for(200));
    CHECK(test::slurp(d.file("calls")) == "start\nstart\npromote\n");
}

TEST_CASE("a result that nobody acknowledged is sent to the next session, over a restart, too") {
    Started d;
    d.agent("Quick", "exit 0");
    d.run(Daemon::order("3.1", "a", "Quick", "start"));
    const auto first = d.receive();  // not acknowledged
    REQUIRE(first.has_result());
    d.connect();
    CHECK(d.receive().result().sequence() == first.result().sequence());
    d.kill_hard();
    d.start();
    d.connect();
    CHECK(d.result().sequence() == first.result().sequence());
    d.connect();
    CHECK(d.silent_for(100));
}

TEST_CASE("lrmd and the shim are killed: the agent is killed, and the result is lost, not guessed") {
    Started d;
    d.agent("Slow", "echo $$ > " + d.file("pid") + "; sleep 60");
    d.run(Daemon::order("3.1", "a", "Slow", "start", 60'000));
    REQUIRE(test::eventually([&] { return ends_with(test::slurp(d.file("pid")), "\n"); }));
    const auto agent = static_cast<pid_t>(*parse_int(trim(test::slurp(d.file("pid")))));
    const auto shim = static_cast<pid_t>(*parse_int(trim(split_words(test::slurp("/proc/" + std::to_string(agent) + "/stat"))[3])));
    SECTION("both") { d.kill_hard(); }
    ::kill(shim, SIGKILL);
    if (!d.pid()) {
        d.start();
        d.connect();
    }
    const auto result = d.result();
    CHECK(result.status() == proto::LOST);
    CHECK(starts_with(result.exit_reason(), "start of a was under way when its supervisor was killed"));
    CHECK_FALSE(test::process_alive(agent));
}

TEST_CASE("a recurring monitor goes on after a restart and tells changes only") {
    Started d;
    d.agent("Mon", "[ -e " + d.file("broken") + " ] && exit 7; echo x >> " + d.file("count") + "; exit 0");
    auto run = Daemon::order("a_monitor_100@1.1", "a", "Mon", "monitor");
    run.set_interval_ms(100);
    CHECK(d.run_and_wait(run).rc() == 0);
    CHECK(d.silent_for(350));
    d.kill_hard();
    d.start();
    d.connect();
    const auto before = test::slurp(d.file("count")).size();
    CHECK(test::eventually([&] { return test::slurp(d.file("count")).size() >= before + 4; }));
    std::ofstream{d.file("broken")};
    const auto failed = d.result();
    CHECK(failed.rc() == 7);
    CHECK(failed.action_id() == "a_monitor_100@1.1");
    CHECK(d.silent_for(350));
}

TEST_CASE("a process that the agent named dies: the monitor runs at once") {
    Started d;
    d.agent("Named", "case $1 in start) setsid sleep 60 >/dev/null 2>&1 & echo $! > $MUSTER_WATCH_FILE; echo $! > " + d.file("pid") +
                         ";; monitor) [ -e /proc/$(cat " + d.file("pid") + ")/exe ] || exit 7;; esac; exit 0");
    CHECK(d.run_and_wait(Daemon::order("1", "a", "Named", "start")).rc() == 0);
    auto run = Daemon::order("2", "a", "Named", "monitor");
    run.set_interval_ms(60'000);
    CHECK(d.run_and_wait(run).rc() == 0);
    const auto pid = static_cast<pid_t>(*parse_int(trim(test::slurp(d.file("pid")))));
    ::kill(pid, SIGKILL);
    CHECK(d.result(1000).rc() == 7);
}

TEST_CASE("migration, reload and validation reach the agent with what they need") {
    Started d;
    d.agent("Vm", "echo \"$1 $OCF_RESKEY_CRM_meta_migrate_source $OCF_RESKEY_CRM_meta_migrate_target\" >> " + d.file("calls"));
    for (const char* operation : {"migrate_to", "migrate_from", "reload-agent", "validate-all"}) {
        auto run = Daemon::order(operation, "vm", "Vm", operation);
        if (starts_with(operation, "migrate")) {
            add(run, "CRM_meta_migrate_source", "node1");
            add(run, "CRM_meta_migrate_target", "node2");
        }
        CHECK(d.run_and_wait(run).rc() == 0);
    }
    CHECK(test::slurp(d.file("calls")) == "migrate_to node1 node2\nmigrate_from node1 node2\nreload-agent  \nvalidate-all  \n");
}

TEST_CASE("init scripts and heartbeat v1 scripts are called by their own rules") {
    Started d;
    d.script("init.d", "svc", "echo $1 >> " + d.file("calls") + "; [ $1 = status ] && exit 3; exit 0");
    d.script("ha", "IPaddr", "echo \"$*\" >> " + d.file("calls") + "; [ $2 = status ] && exit 1; exit 0");
    auto lsb = Daemon::order("1", "l", "svc", "monitor");
    lsb.set_klass("lsb");
    CHECK(d.run_and_wait(lsb).rc() == 7);
    auto old = Daemon::order("2", "h", "IPaddr", "monitor");
    old.set_klass("heartbeat");
    add(old, "1", "10.0.0.5/24");
    CHECK(d.run_and_wait(old).rc() == 7);
    old.set_action_id("3");
    old.set_operation("start");
    CHECK(d.run_and_wait(old).rc() == 0);
    auto service = Daemon::order("4", "s", "svc", "stop");
    service.set_klass("service");
    CHECK(d.run_and_wait(service).rc() == 0);
    CHECK(test::slurp(d.file("calls")) == "status\n10.0.0.5/24 status\n10.0.0.5/24 start\nstop\n");
}

TEST_CASE("meta-data: asked of the agent, kept, made for classes that have none") {
    Started d;
    d.agent("Meta", "echo x >> " + d.file("asked") + "; echo '<resource-agent name=\"Meta\"/>'");
    std::ofstream{d.file("asked")};
    ::chmod(d.file("asked").c_str(), 0666);
    const auto ask = [&](const std::string& klass, const std::string& type) {
        proto::Message m;
        auto& request = *m.mutable_meta_data_request();
        request.set_action_id("m");
        request.set_klass(klass);
        request.set_provider(klass == "ocf" ? "test" : "");
        request.set_type(type);
        d.send(m);
        return d.receive().meta_data();
    };
    CHECK(ask("ocf", "Meta").xml() == "<resource-agent name=\"Meta\"/>\n");
    CHECK(ask("ocf", "Meta").found());
    CHECK(test::slurp(d.file("asked")) == "x\n");
    CHECK(ask("ocf", "None").error() == "agent ocf:test:None is not installed on this node");
    CHECK(ask("systemd", "nginx").xml().find("<resource-agent name=\"nginx\"") != std::string::npos);
    d.agent("Fails", "echo broken >&2; exit 1");
    CHECK(ask("ocf", "Fails").error() == "ocf:test:Fails: meta-data ended with status 1: broken\n");
}
