// From what was seen of a run to the return code and status that the cluster works with.
#include <fmt/format.h>

#include <csignal>
#include <cstring>

#include "lrmd/core/core.h"

namespace muster::lrmd {
namespace {

// OCF return codes.
enum : int {
    kOk = 0, kGeneric = 1, kArgs = 2, kUnimplemented = 3, kPermission = 4, kInstalled = 5, kConfigured = 6,
    kNotRunning = 7, kFailedPromoted = 9, kDegraded = 190, kDegradedPromoted = 191,
};

bool is_lsb(const proto::Run& run) { return run.klass() == "lsb" || run.klass() == "service"; }
bool is_status(const proto::Run& run) { return run.operation() == "monitor" || run.operation() == "status"; }

int lsb_code(const proto::Run& run, int code) {
    if (!is_status(run)) {
        // LSB: 0 to 7 mean what OCF's do, but "stopped already" is a success of stop.
        if (run.operation() == "stop" && code == kNotRunning) return kOk;
        return code <= kNotRunning ? code : kGeneric;
    }
    switch (code) {
        case 0: return kOk;
        case 1:  // dead, but a pid file is there
        case 2:  // dead, but a lock file is there
        case 3: return kNotRunning;
        case 150: return kInstalled;
        case 151: return kPermission;
        default: return kGeneric;
    }
}

Verdict exited(const proto::Run& run, const proto::Ended& ended) {
    const int code = ended.code();
    if (is_lsb(run)) return {lsb_code(run, code), proto::DONE, ended.exit_reason()};
    if (run.klass() == "heartbeat") {
        if (is_status(run)) return {code == 0 ? kOk : kNotRunning, proto::DONE, ended.exit_reason()};
        return {code == 0 ? kOk : kGeneric, proto::DONE, ended.exit_reason()};
    }
    if ((code >= kOk && code <= kFailedPromoted) || code == kDegraded || code == kDegradedPromoted) {
        return {code, proto::DONE, ended.exit_reason()};
    }
    std::string reason = fmt::format("the agent ended with status {}, which means nothing in OCF "
                                     "(expected 0 to 9, 190 or 191); taken as 1 (error)", code);
    if (!ended.exit_reason().empty()) reason = fmt::format("{} ({})", ended.exit_reason(), reason);
    return {kGeneric, proto::DONE, std::move(reason)};
}

// The agent could not be started at all; `problem` says why in words.  What may not be executed is, to a probe, not installed:
// it has started nothing here.  As a failure (4) it would ask for a stop, which fails, too, and the node would be fenced, boot,
// be probed and fenced again, for ever.
Verdict not_started(const proto::Run& run, const proto::Ended& ended) {
    const std::string reason = ended.problem().empty() ? std::strerror(ended.code()) : ended.problem();
    switch (ended.code()) {
        case ENOENT: return {kInstalled, proto::NOT_INSTALLED, reason};
        case EACCES:
            if (run.operation() == "monitor" && run.interval_ms() == 0) return {kInstalled, proto::NOT_INSTALLED, reason};
            return {kPermission, proto::ERROR, reason};
        case EINVAL: return {kConfigured, proto::INVALID, reason};
        case EOPNOTSUPP: return {kUnimplemented, proto::NOT_SUPPORTED, reason};
        default: return {kGeneric, proto::ERROR, reason};
    }
}

}  // namespace

Verdict judge(const proto::Run& run, const proto::Ended& ended) {
    Verdict v;
    switch (ended.how()) {
        case proto::Ended::EXITED: v = exited(run, ended); break;
        case proto::Ended::SIGNALLED:
            v = {kGeneric, proto::ERROR,
                 fmt::format("the agent was killed by signal {} ({})", ended.code(), strsignal(ended.code()))};
            break;
        case proto::Ended::TIMED_OUT:
            v = {kGeneric, proto::TIMEOUT,
                 fmt::format("{} was not done after {} and was killed", describe(run), to_string(milliseconds{ended.exec_ms()}))};
            if (!ended.problem().empty()) v.exit_reason += ": " + ended.problem();
            break;
        case proto::Ended::NOT_STARTED: v = not_started(run, ended); break;
        default:
            v = {kGeneric, proto::LOST,
                 fmt::format("{} was under way when its supervisor was killed; its processes were killed, and what it "
                             "did is not known", describe(run))};
    }
    // A notification has no say: its failure changes nothing.
    if (run.operation() == "notify" && v.status != proto::LOST) v.rc = kOk, v.status = proto::DONE;
    return v;
}

}  // namespace muster::lrmd
