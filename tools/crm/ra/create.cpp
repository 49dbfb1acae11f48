#include "tools/crm/ra/create.h"

#include "base/text.h"

namespace muster::crm {
namespace {

constexpr const char* kMetaData = R"X(<?xml version="1.0"?>
<resource-agent name="@NAME@" version="1.0">
<version>1.1</version>
<longdesc lang="en">What the service is, and what an operator has to know to run it.</longdesc>
<shortdesc lang="en">One line about @NAME@</shortdesc>
<parameters>
<parameter name="state" unique="1" required="0">
<longdesc lang="en">File whose existence means that the resource runs.</longdesc>
<shortdesc lang="en">State file</shortdesc>
<content type="string" default="/run/resource-agents/@NAME@.state"/>
</parameter>
</parameters>
<actions>
<action name="start" timeout="20s"/>
<action name="stop" timeout="20s"/>
<action name="monitor" timeout="20s" interval="10s" depth="0"/>
<action name="validate-all" timeout="20s"/>
<action name="meta-data" timeout="5s"/>
</actions>
</resource-agent>
)X";

constexpr const char* kShell = R"X(#!/bin/sh
# OCF resource agent @NAME@.
#
# The cluster calls it with one word (start, stop, monitor, validate-all, meta-data) and gives parameters as OCF_RESKEY_name.
# The exit status is the answer; a line "ocf-exit-reason:why" on standard error is shown to the operator.
# Rules that every agent keeps:
#   - start of what runs already is a success; so is stop of what does not run;
#   - monitor tells the truth: 0 it runs, 7 it is cleanly stopped, anything else it is broken;
#   - start ends only when the service works, stop only when it is gone: the cluster relies on it;
#   - a stop that fails makes the cluster fence the node, so try hard (kill after a while) before you give up.
# Check it with:  crm ra test ./@NAME@

OCF_SUCCESS=0          # done; or: it runs
OCF_ERR_GENERIC=1      # failed; the cluster may try again or elsewhere
OCF_ERR_UNIMPLEMENTED=3
OCF_ERR_INSTALLED=5    # something is missing on this node; the cluster tries other nodes
OCF_ERR_CONFIGURED=6   # a parameter is wrong everywhere; the cluster stops trying
OCF_NOT_RUNNING=7

# Defaults of parameters, the same as in the meta-data below.
: "${OCF_RESKEY_state:=${HA_RSCTMP:-/run/resource-agents}/@NAME@.state}"

reason() { echo "ocf-exit-reason:$*" >&2; }

meta_data() {
    cat <<'XML'
@META@XML
}

validate() {
    case $OCF_RESKEY_state in
        /*) ;;
        *) reason "state=\"$OCF_RESKEY_state\": expected a path that begins with /"; return $OCF_ERR_CONFIGURED ;;
    esac
    # A program that is needed:  command -v prog >/dev/null || { reason "prog is not installed"; return $OCF_ERR_INSTALLED; }
}

monitor() {
    # Yours: is the process there, and does the service answer?
    [ -e "$OCF_RESKEY_state" ] && return $OCF_SUCCESS
    return $OCF_NOT_RUNNING
}

start() {
    monitor && return $OCF_SUCCESS
    # Yours: start the service, then wait until it works.  No limit of time is needed here: the cluster has one.
    : >"$OCF_RESKEY_state" || { reason "cannot write $OCF_RESKEY_state"; return $OCF_ERR_GENERIC; }
    # With Muster a process named here is watched: its death runs the monitor at once.
    # [ -z "$MUSTER_WATCH_FILE" ] || echo "$pid" >"$MUSTER_WATCH_FILE"
    monitor
}

stop() {
    monitor || return $OCF_SUCCESS
    # Yours: stop the service, wait until it is gone.
    rm -f "$OCF_RESKEY_state"
}

case $1 in
    meta-data) meta_data; exit $OCF_SUCCESS ;;
    start) validate && start ;;
    stop) stop ;;
    monitor) validate && monitor ;;
    validate-all) validate ;;
    *) reason "unknown action \"$1\" (expected start, stop, monitor, validate-all or meta-data)"; exit $OCF_ERR_UNIMPLEMENTED ;;
esac
)X";

constexpr const char* kCpp = R"X(// OCF resource agent @NAME@.  Build:  g++ -std=c++20 -O2 -o @NAME@ @NAME@.cpp      Check:  crm ra test ./@NAME@
//
// The cluster calls it with one word (start, stop, monitor, validate-all, meta-data) and gives parameters as OCF_RESKEY_name.
// The exit status is the answer; a line "ocf-exit-reason:why" on standard error is shown to the operator.
// Rules that every agent keeps: start of what runs and stop of what does not are successes; monitor tells the truth
// (0 runs, 7 cleanly stopped, else broken); start ends when the service works, stop when it is gone.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace {

enum Code { ok = 0, generic = 1, unimplemented = 3, installed = 5, configured = 6, not_running = 7 };

constexpr const char* kMetaData = R"XML(@META@)XML";

std::string variable(const char* name, const std::string& otherwise) {
    const char* value = std::getenv(name);
    return value && *value ? value : otherwise;
}

int fail(Code code, const std::string& why) {
    std::cerr << "ocf-exit-reason:" << why << "\n";
    return code;
}

struct Agent {
    std::string state = variable("OCF_RESKEY_state", variable("HA_RSCTMP", "/run/resource-agents") + "/@NAME@.state");

    int validate() const {
        if (state.empty() || state[0] != '/') return fail(configured, "state=\"" + state + "\": expected a path that begins with /");
        return ok;
    }
    // Yours: is the process there, and does the service answer?
    int monitor() const { return std::filesystem::exists(state) ? ok : not_running; }
    // Yours: start the service, then wait until it works.  With Muster, process ids written to $MUSTER_WATCH_FILE are
    // watched: a death runs the monitor at once.
    int start() const {
        if (monitor() == ok) return ok;
        if (!std::ofstream{state}) return fail(generic, "cannot write " + state);
        return monitor();
    }
    // Yours: stop the service, wait until it is gone.
    int stop() const {
        std::filesystem::remove(state);
        return ok;
    }
};

}  // namespace

int main(int argc, char** argv) {
    const std::string action = argc > 1 ? argv[1] : "";
    if (action == "meta-data") return std::fputs(kMetaData, stdout) < 0 ? generic : ok;
    const Agent agent;
    if (action == "stop") return agent.stop();
    const int valid = agent.validate();
    if (action == "validate-all" || (valid != ok && (action == "start" || action == "monitor"))) return valid;
    if (action == "start") return agent.start();
    if (action == "monitor") return agent.monitor();
    return fail(unimplemented, "unknown action \"" + action + "\" (expected start, stop, monitor, validate-all or meta-data)");
}
)X";

bool good_name(const std::string& name) {
    if (name.empty() || !((name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z'))) return false;
    for (const char c : name) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!good) return false;
    }
    return true;
}

}  // namespace

Result<std::string> new_agent(const std::string& name, AgentLanguage language) {
    if (!good_name(name)) return fail("\"" + name + "\" is no name for an agent: expected a letter, then letters, digits, - and _");
    std::string text = language == AgentLanguage::shell ? kShell : kCpp;
    text = replace_all(std::move(text), "@META@", kMetaData);
    return replace_all(std::move(text), "@NAME@", name);
}

}  // namespace muster::crm
