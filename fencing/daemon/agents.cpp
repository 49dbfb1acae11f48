#include "fencing/daemon/agents.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "base/os/files.h"
#include "base/text.h"

namespace muster::fencing {
namespace {

// Field 22 of /proc/PID/stat: with it a process id names one process of this boot.  Empty: no such process.
std::string start_time(const std::string& pid) {
    const auto stat = os::read_file("/proc/" + pid + "/stat");
    if (!stat) return {};
    const auto paren = stat->rfind(')');
    if (paren == std::string::npos) return {};
    const auto fields = split_words(std::string_view{*stat}.substr(paren + 1));
    return fields.size() > 19 ? std::string{fields[19]} : std::string{};
}

}  // namespace

AgentRunner::AgentRunner(os::Reactor& reactor, std::vector<std::string> folders, std::string journal, OnDone on_done)
    : reactor_{reactor}, folders_{std::move(folders)}, journal_{std::move(journal)}, on_done_{std::move(on_done)} {}

int AgentRunner::end_leftovers() {
    const auto text = os::read_file(journal_);
    if (!text) return 0;
    int ended = 0;
    for (const auto line : split(*text, '\n')) {
        const auto words = split_words(line);
        if (words.size() != 2) continue;
        const auto pid = parse_int(words[0]);
        const std::string now = start_time(std::string{words[0]});
        if (!pid || *pid <= 1 || now.empty() || now != words[1]) continue;
        ::kill(-static_cast<pid_t>(*pid), SIGKILL);
        ++ended;
    }
    ::unlink(journal_.c_str());
    return ended;
}

std::string AgentRunner::find(const std::string& agent) const {
    for (const auto& folder : folders_) {
        std::string path = folder + "/" + agent;
        if (::access(path.c_str(), X_OK) == 0) return path;
    }
    return {};
}

void AgentRunner::later(AgentDone result) {
    reactor_.soon([this, result = std::move(result)] { on_done_(result); });
}

void AgentRunner::run(const RunAgent& order) {
    AgentDone failed;
    failed.job = order.job;
    os::ChildSpec spec;
    spec.argv = {find(order.agent)};
    if (spec.argv[0].empty()) {
        failed.missing = true;
        return later(std::move(failed));
    }
    // PCMK_service: the fencing library leaves timeouts to us then.
    spec.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "PCMK_service=pacemaker-fenced"};
    spec.input = order.options;
    spec.timeout = order.timeout;
    spec.most_output = 256 * 1024;  // metadata and lists are read whole
    auto child = os::Child::start(reactor_, std::move(spec),
                                  [this, job = order.job](const os::ChildResult& result) { done(job, result); });
    if (!child) {
        failed.not_run = child.error().message;
        return later(std::move(failed));
    }
    children_[order.job] = std::move(*child);
    write_journal();
}

void AgentRunner::kill(JobId job) {
    const auto it = children_.find(job);
    if (it != children_.end()) it->second->kill();
}

void AgentRunner::done(JobId job, const os::ChildResult& result) {
    AgentDone report;
    report.job = job;
    report.timed_out = result.timed_out;
    report.signal = result.signal;
    report.exit_status = result.exit_status;
    report.out = result.out;
    report.err = result.err;
    report.took = result.took;
    children_.erase(job);
    write_journal();
    on_done_(report);
}

// On a tmpfs: no fsync, a few microseconds.
void AgentRunner::write_journal() const {
    std::string text;
    for (const auto& [job, child] : children_) {
        const std::string pid = std::to_string(child->pid());
        text += pid + " " + start_time(pid) + "\n";
    }
    const std::string fresh = journal_ + ".new";
    const os::Fd fd{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    const bool written = fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (!written || ::rename(fresh.c_str(), journal_.c_str()) != 0) {
        fmt::print(stderr, "fenced: cannot write {}: running agents would not be found after a crash\n", journal_);
    }
}

}  // namespace muster::fencing
