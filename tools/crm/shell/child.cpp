#include "tools/crm/shell/child.h"

#include <unistd.h>

#include "base/os/spawn.h"
#include "base/text.h"

extern char** environ;

namespace muster::crm {

Result<std::string> run_shell(const std::string& command, const std::string& input) {
    os::ChildSpec spec;
    spec.argv = {"/bin/sh", "-c", command};
    for (char** e = environ; *e != nullptr; ++e) spec.environment.emplace_back(*e);
    spec.input = input;
    spec.timeout = seconds{60};
    spec.most_output = 16 * 1024 * 1024;
    const auto result = os::run_child(std::move(spec));
    if (!result) return tl::make_unexpected(result.error());
    if (result->timed_out || result->signal != 0 || result->exit_status != 0) {
        return fail(ErrorCode::io, "'" + command + "' failed" +
                                       (result->err.empty() ? "" : ": " + std::string{trim(result->err)}));
    }
    return result->out;
}

}  // namespace muster::crm
