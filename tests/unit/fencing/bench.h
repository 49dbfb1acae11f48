// A fencer on a bench: says what it did as lines of text, and lets a test answer for the agents.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "fencing/core/fencer.h"

namespace muster::fencing {

inline const char* const kMetadata =
    "<resource-agent name=\"t\"><parameters><parameter name=\"plug\"/></parameters><actions><action name=\"on\"/>"
    "<action name=\"off\"/><action name=\"reboot\"/><action name=\"status\"/><action name=\"list\"/>"
    "<action name=\"monitor\"/></actions></resource-agent>";

struct Bench {
    Fencer fencer;
    Instant now{1'000'000};
    std::vector<RunAgent> running;
    std::vector<Done> done;
    std::vector<MonitorDone> monitored;
    std::vector<Answer> answers;
    std::vector<ArmTimer> timers;
    std::vector<JobId> killed;
    std::string text;  // "run AGENT ACTION TARGET" lines since the last look

    void give(const Input& input) {
        for (const auto& output : fencer.step(input, now)) {
            if (const auto* r = std::get_if<RunAgent>(&output)) {
                running.push_back(*r);
                text += fmt::format("run {} {}{}\n", r->agent, option(*r, "action"),
                                    r->target.empty() ? "" : " " + r->target);
            }
            if (const auto* d = std::get_if<Done>(&output)) done.push_back(*d);
            if (const auto* m = std::get_if<MonitorDone>(&output)) monitored.push_back(*m);
            if (const auto* a = std::get_if<Answer>(&output)) answers.push_back(*a);
            if (const auto* t = std::get_if<ArmTimer>(&output)) timers.push_back(*t);
            if (const auto* k = std::get_if<KillAgent>(&output)) killed.push_back(k->job);
        }
    }
    static std::string option(const RunAgent& run, const std::string& name) {
        for (const auto line : split(run.options, '\n')) {
            if (starts_with(line, name + "=")) return std::string{line.substr(name.size() + 1)};
        }
        return {};
    }
    std::string look() { return std::exchange(text, {}); }
    // The oldest run of that action ends.
    void end(const std::string& action, int status = 0, const std::string& out = "", const std::string& err = "") {
        AgentDone result;
        result.exit_status = status;
        result.out = out;
        result.err = err;
        end(action, result);
    }
    void end(const std::string& action, AgentDone result) {
        for (auto it = running.begin(); it != running.end(); ++it) {
            if (option(*it, "action") != action) continue;
            result.job = it->job;
            running.erase(it);
            return give(result);
        }
        throw std::runtime_error("no agent runs " + action);
    }
    void device(const std::string& id, std::vector<std::pair<std::string, std::string>> parameters,
                bool runs_here = false) {
        config.devices.push_back({id, "agent_" + id, std::move(parameters), runs_here});
    }
    void configure() {
        give(config);
        while (!running.empty() && option(running.front(), "action") == "metadata") end("metadata", 0, kMetadata);
        look();
    }
    void execute(const std::string& id, const std::string& target, const std::string& action = "reboot") {
        Execute order;
        order.client = 1;
        order.request_id = id;
        order.era = 1;
        order.target = target;
        order.action = action;
        give(order);
    }
    Configure config;
};

}  // namespace muster::fencing
