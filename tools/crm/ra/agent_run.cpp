#include "tools/crm/ra/agent_run.h"

#include <unistd.h>

#include "base/os/spawn.h"
#include "lrmd/classes/invocation.h"

extern char** environ;

namespace muster::crm {

std::string process_mark() { return "MUSTER_RA_TEST=" + std::to_string(::getpid()); }

namespace {

lrmd::proto::Run order_for(const AgentUnderTest& agent, const std::string& operation, const Parameters& more) {
    lrmd::proto::Run order;
    order.set_klass(agent.name.klass);
    order.set_provider(agent.name.provider);
    order.set_type(agent.name.type);
    order.set_resource("test-" + agent.name.type);
    order.set_operation(operation);
    order.set_timeout_ms(agent.timeout.count());
    for (const auto& list : {agent.parameters, more}) {
        for (const auto& [name, value] : list) {
            auto* a = order.add_attributes();
            a->set_name(name);
            a->set_value(value);
        }
    }
    return order;
}

// Called as lrmd calls it, in our own environment.
os::ChildSpec call(const AgentUnderTest& agent, const lrmd::proto::Run& order) {
    lrmd::Places places;
    places.scratch = agent.scratch;
    places.node = "localhost";
    std::vector<std::string> inherited;
    for (char** e = environ; *e != nullptr; ++e) inherited.emplace_back(*e);
    inherited.push_back(process_mark());
    const auto command = lrmd::invocation(order, places, inherited);
    os::ChildSpec spec;
    spec.argv = command.arguments;
    spec.argv.insert(spec.argv.begin(), agent.path);
    spec.environment = command.environment;
    spec.timeout = agent.timeout;
    // The group is not killed when it ends well: what it started is what is tested.
    spec.keep_group = true;
    return spec;
}

}  // namespace

AgentRun run_agent(const AgentUnderTest& agent, const std::string& operation, const Parameters& more) {
    AgentRun run;
    auto result = os::run_child(call(agent, order_for(agent, operation, more)));
    if (!result) {
        run.err = result.error().message;
        return run;
    }
    run.rc = result->signal != 0 ? 128 + result->signal : result->exit_status;
    run.signal = result->timed_out ? 0 : result->signal;
    run.timed_out = result->timed_out;
    run.out = std::move(result->out);
    run.err = std::move(result->err);
    run.took = result->took;
    return run;
}

}  // namespace muster::crm
