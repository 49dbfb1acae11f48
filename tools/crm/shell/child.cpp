#include "tools/crm/shell/child.h"

#include <unistd.h>

#include "base/os/child.h"
#include "base/os/reactor.h"
#include "base/text.h"

extern char** environ;

namespace muster::crm {

Result<std::string> run_shell(const std::string& command, const std::string& input) {
    os::Reactor reactor;
    os::ChildSpec spec;
    spec.argv = {"/bin/sh", "-c", command};
    for (char** e = environ; *e != nullptr; ++e) spec.environment.emplace_back(*e);
    spec.input = input;
    spec.timeout = seconds{60};
    spec.most_output = 16 * 1024 * 1024;
    os::ChildResult result;
    auto child = os::Child::start(reactor, std::move(spec), [&](const os::ChildResult& r) {
        result = r;
        reactor.stop();
    });
    if (!child) return tl::make_unexpected(child.error());
    reactor.run();
    if (result.timed_out || result.signal != 0 || result.exit_status != 0) {
        return fail(ErrorCode::io, "'" + command + "' failed" +
                                       (result.err.empty() ? "" : ": " + std::string{trim(result.err)}));
    }
    return result.out;
}

}  // namespace muster::crm
