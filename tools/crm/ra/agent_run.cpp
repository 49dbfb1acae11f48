#include "tools/crm/ra/agent_run.h"

#include <unistd.h>

#include "base/os/child.h"
#include "lrmd/classes/invocation.h"

extern char** environ;

namespace muster::crm {

std::string process_mark() { return "MUSTER_RA_TEST=" + std::to_string(::getpid()); }

AgentRun run_agent(const AgentUnderTest& agent, const std::string& operation, const Parameters& more) {
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
    lrmd::Places places;
    places.scratch = agent.scratch;
    places.node = "localhost";
    std::vector<std::string> inherited;
    for (char** e = environ; *e != nullptr; ++e) inherited.emplace_back(*e);
    inherited.push_back(process_mark());
    const auto command = lrmd::invocation(order, places, inherited);

    os::Reactor reactor;
    os::ChildSpec spec;
    spec.argv = command.arguments;
    spec.argv.insert(spec.argv.begin(), agent.path);
    spec.environment = command.environment;
    spec.timeout = agent.timeout;
    // The group is not killed when it ends well: what it started is what is tested.
    spec.keep_group = true;
    AgentRun run;
    auto child = os::Child::start(reactor, std::move(spec), [&](const os::ChildResult& r) {
        run.rc = r.signal != 0 ? 128 + r.signal : r.exit_status;
        run.timed_out = r.timed_out;
        run.out = r.out;
        run.err = r.err;
        run.took = r.took;
        reactor.stop();
    });
    if (!child) {
        run.err = child.error().message;
        return run;
    }
    reactor.run();
    return run;
}

}  // namespace muster::crm
