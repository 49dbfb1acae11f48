// Proves: a new agent passes its own conformance test; each kind of misbehaviour is found and named; meta-data is shown
// and parameters are checked by it.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "tests/catch.h"
#include "tools/crm/ra/catalog.h"
#include "tools/crm/ra/conformance.h"
#include "tools/crm/ra/create.h"
#include "tools/crm/ra/info.h"

using namespace muster;
using namespace muster::crm;

namespace {

struct Folder {
    Folder() {
        char text[] = "/tmp/muster-ra-XXXXXX";
        path = ::mkdtemp(text);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path;
};

struct Bench {
    Folder folder;
    AgentUnderTest agent(const std::string& text, const std::string& klass = "ocf") const {
        const std::string file = folder.path + "/Mine";
        std::ofstream{file} << text;
        ::chmod(file.c_str(), 0755);
        return {{klass, klass == "ocf" ? "test" : "", "Mine"}, file, {{"state", folder.path + "/state"}}, folder.path, milliseconds{5000}};
    }
    std::string good() const { return *new_agent("Mine", AgentLanguage::shell); }
    // Name and detail of each check that failed.
    std::string failures(const AgentUnderTest& a) const {
        std::filesystem::remove(folder.path + "/state");
        std::filesystem::remove(folder.path + "/lsb");
        std::string out;
        for (const auto& c : check_conformance(a, [](const auto&) {})) {
            if (c.verdict == ConformanceCheck::Verdict::failed) out += c.name + ": " + c.detail + "\n";
        }
        return out;
    }
    std::string failures_with(const std::string& from, const std::string& to) const {
        REQUIRE(good().find(from) != std::string::npos);
        return failures(agent(replace_all(good(), from, to)));
    }
};

}  // namespace

TEST_CASE("a new agent conforms as it stands") {
    const Bench b;
    CHECK(b.failures(b.agent(b.good())).empty());
    CHECK_FALSE(new_agent("no/name", AgentLanguage::shell));
    CHECK_FALSE(new_agent("", AgentLanguage::cpp));
}

TEST_CASE("each misbehaviour is found and named") {
    const Bench b;
    CHECK(b.failures_with("start() {\n    monitor && return $OCF_SUCCESS", "start() {\n    monitor && return 1") ==
          "start while running: start gave 1 (error), expected 0 (ok)\n");
    CHECK(starts_with(b.failures_with("monitor || return $OCF_SUCCESS", "monitor || return $?"),
                      "stop while stopped: stop gave 7 (not running), expected 0 (ok)\n"));
    CHECK(starts_with(b.failures_with("return $OCF_NOT_RUNNING\n", "return $OCF_ERR_GENERIC\n"),
                      "probe before start: monitor gave 1 (error), expected 7 (not running)\n"));
    CHECK(b.failures_with("    rm -f \"$OCF_RESKEY_state\"", "    :").find("monitor after stop: monitor gave 0 (ok), expected 7 (not running)") != std::string::npos);
    CHECK(b.failures_with("</resource-agent>", "") .find("meta-data: is not well-formed XML") == 0);
    CHECK(b.failures_with("resource-agent name=\"Mine\"", "resource-agent name=\"Yours\"") ==
          "name in meta-data: is \"Yours\", but the file is called Mine\n");
    CHECK(b.failures_with("exit $OCF_ERR_UNIMPLEMENTED", "exit 0") ==
          "an action that does not exist: no-such-action gave 0 (ok), expected 3 (unimplemented): ocf-exit-reason:unknown action "
          "\"no-such-action\" (expected start, stop, monitor, validate-all or meta-data)\n");
    CHECK(b.failures_with("<action name=\"stop\" timeout=\"20s\"/>\n", "") == "actions in meta-data: \"stop\" is missing\n");
    const std::string left = b.failures_with("    monitor\n}\n\nstop", "    setsid sleep 5 >/dev/null 2>&1 &\n    monitor\n}\n\nstop");
    CHECK(left.find("nothing left behind: process ") == 0);
    CHECK(left.find("sleep 5") != std::string::npos);
}

TEST_CASE("promotion, reload, validation, needed parameters, time: each kind of defect is named") {
    const Bench b;
    const auto with = [&](const std::string& from, const std::string& to) { return b.failures_with(from, to); };
    const std::string starting = "start() {\n    monitor && return $OCF_SUCCESS\n";
    // An agent that can be promoted, but whose promotion does nothing.
    const std::string promotable = replace_all(replace_all(b.good(), "<action name=\"stop\"", "<action name=\"promote\" timeout=\"10s\"/>\n<action name=\"demote\" timeout=\"10s\"/>\n<action name=\"stop\""),
                                               "    validate-all) validate ;;", "    validate-all) validate ;;\n    promote | demote) exit 0 ;;");
    CHECK(b.failures(b.agent(promotable)) == "monitor while promoted: monitor gave 0 (ok), expected 8 (promoted)\n");
    CHECK(with("<action name=\"stop\"", "<action name=\"reload-agent\" timeout=\"10s\"/>\n<action name=\"stop\"").find("reload-agent: reload-agent gave 3 (unimplemented), expected 0 (ok)") == 0);
    CHECK(with("    validate-all) validate ;;", "    validate-all) exit 5 ;;") == "validate-all: validate-all gave 5 (not installed), expected 0 (ok)\n");
    CHECK(with("<parameter name=\"state\" unique=\"1\" required=\"0\">",
               "<parameter name=\"port\" required=\"1\"><content type=\"string\"/></parameter>\n<parameter name=\"state\" unique=\"1\" required=\"0\">")
              .find("start without its required parameters: start gave 0 (ok), expected 6 (not configured)") == 0);
    CHECK(with("<action name=\"start\" timeout=\"20s\"/>\n", "<action name=\"start\" timeout=\"10ms\"/>\n").empty());
    const std::string slow = replace_all(replace_all(b.good(), starting, "start() {\n    sleep 0.3\n"), "<action name=\"start\" timeout=\"20s\"/>", "<action name=\"start\" timeout=\"100ms\"/>");
    CHECK(b.failures(b.agent(slow)).find("time of start: took longer than the 100ms that its meta-data advises\n") == 0);
}

TEST_CASE("agents that hang, die, flood or answer nonsense under the check") {
    const Bench b;
    const std::string stopping = "stop() {\n    monitor || return $OCF_SUCCESS\n";
    auto hangs = b.agent(replace_all(b.good(), stopping, stopping + "    sleep 100\n"));
    hangs.timeout = milliseconds{500};
    CHECK(b.failures(hangs).find("stop: stop was not done after 500ms and was killed\n") == 0);
    auto hangs_early = b.agent("#!/bin/sh\nsleep 100\n");
    hangs_early.timeout = milliseconds{300};
    CHECK(starts_with(b.failures(hangs_early), "meta-data: meta-data was not done after 300ms and was killed\n"));
    const auto start = [&](const std::string& what) {
        return b.failures_with("    monitor && return $OCF_SUCCESS\n    # Yours: start", "    " + what + "\n    # Yours: start");
    };
    const std::string killed = start("kill -SEGV $$");
    CHECK(killed.find("start: start was killed by signal 11 (Segmentation fault)\n") == 0);
    CHECK(killed.find("the rest: left out: it could not be started\n") != std::string::npos);
    CHECK(start("exit 57").find("start: start gave 57 (means nothing in OCF), expected 0 (ok)\n") == 0);
    CHECK(start("yes | head -c 3000000; monitor && return 0").empty());  // much output is no crime, and fills no pipe
    CHECK(b.failures(b.agent("#!/bin/sh\n[ $1 = meta-data ] && exit 0; exit 1\n")).find("meta-data: is not well-formed XML") == 0);
}

TEST_CASE("a new agent in C++ builds and conforms as it stands") {
    const Bench b;
    const std::string source = b.folder.path + "/Mine.cpp";
    std::ofstream{source} << *new_agent("Mine", AgentLanguage::cpp);
    const AgentUnderTest agent = b.agent("");
    REQUIRE(std::system(("g++ -std=c++20 -Wall -Wextra -Werror -o " + agent.path + " " + source).c_str()) == 0);
    CHECK(b.failures(agent).empty());
}

TEST_CASE("an init script gets the same check") {
    const Bench b;
    const std::string state = b.folder.path + "/lsb";
    const std::string good = "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: x\n# Required-Start:\n# Required-Stop:\n# Default-Start: 2\n"
                             "# Default-Stop: 0\n### END INIT INFO\ncase $1 in start) touch " + state + ";; stop) rm -f " + state +
                             ";; status) [ -e " + state + " ] || exit 3;; *) exit 2;; esac\n";
    CHECK(b.failures(b.agent(good, "lsb")).empty());
    CHECK(starts_with(b.failures(b.agent(replace_all(good, "exit 3", "exit 0"), "lsb")),
                      "status while stopped: status gave 0 (running), expected 3 (not running)\n"));
    CHECK(b.failures(b.agent(replace_all(good, "rm -f " + state, "exit 1"), "lsb")).find("stop while stopped: stop gave 1 (error), expected 0 (ok)\n") == 0);
    CHECK(b.failures(b.agent(replace_all(good, "start) touch", "start) [ -e " + state + " ] && exit 1; touch"), "lsb")) ==
          "start while running: start gave 1 (error), expected 0 (ok)\n");
}

TEST_CASE("meta-data for people, and parameters checked by it") {
    AgentMeta meta;
    meta.name = "Web";
    meta.shortdesc = "A web server";
    meta.longdesc = "Serves pages.";
    meta.parameters = {{"port", "TCP port", "Where it listens.", "integer", "80", false, false, false},
                       {"config", "Configuration", "The file.", "string", "", true, false, false}};
    meta.actions = {{"start", "40", "", ""}, {"monitor", "20s", "10s", ""}, {"meta-data", "5", "", ""}};
    CHECK(describe_agent({"ocf", "test", "Web"}, meta) ==
          "A web server (ocf:test:Web)\n\nServes pages.\n\nParameters (*: required, []: default):\n\n"
          "port (integer, [80]): TCP port\n    Where it listens.\n\nconfig* (string): Configuration\n    The file.\n\n"
          "Operations' defaults (advisory minimum):\n\n    start         timeout=40s\n    monitor       timeout=20s interval=10s\n");
    CHECK(check_parameters(meta, {{"config", "/c"}, {"port", "8080"}}).empty());
    CHECK(check_parameters(meta, {{"prot", "x"}, {"port", "x"}}) ==
          std::vector<std::string>{"it has no parameter \"prot\"; did you mean \"port\"?", "port=\"x\": expected a whole number",
                                   "required parameter \"config\" is missing"});
}

TEST_CASE("agents are found by short and by whole names") {
    CHECK_FALSE(find_agent("NoSuchAgent"));
    CHECK_FALSE(agent_types("nagios"));
    CHECK(find_agent("a:b:c:d").error().message == "\"a:b:c:d\": expected [<class>:[<provider>:]]<type>");
}
