#include "lrmd/daemon/watches.h"

#include <unistd.h>

#include "base/os/files.h"
#include "base/text.h"
#include "lrmd/daemon/traces.h"

namespace muster::lrmd {
namespace {

constexpr std::size_t kMostWatched = 64;  // of one resource

}  // namespace

Watches::~Watches() {
    for (auto& [resource, processes] : watched_) {
        for (auto& [pid, process] : processes) reactor_.cancel(process.watch);
    }
}

void Watches::refresh(const std::string& resource) {
    const auto text = os::read_file(watch_file(places_, resource));
    if (!text && !watched_.contains(resource)) return;
    std::map<pid_t, Process> wanted;
    if (text) {
        for (const auto word : split_words(*text)) {
            const auto pid = parse_int(word);
            if (!pid || *pid <= 1 || *pid > 1 << 22 || wanted.size() >= kMostWatched) continue;
            const auto start = process_start(static_cast<pid_t>(*pid));
            if (start) wanted[static_cast<pid_t>(*pid)] = Process{start, 0};
        }
    }
    auto& watched = watched_[resource];
    for (auto it = watched.begin(); it != watched.end();) {
        const auto same = wanted.find(it->first);
        if (same != wanted.end() && same->second.start == it->second.start) {
            wanted.erase(same);
            ++it;
        } else {
            reactor_.cancel(it->second.watch);
            it = watched.erase(it);
        }
    }
    for (auto& [pid, process] : wanted) {
        const auto watch = reactor_.watch_process(pid, [this, resource, pid = pid] {
            watched_[resource].erase(pid);
            on_death_(resource);
        });
        if (!watch) continue;  // gone already: the monitor will see
        process.watch = *watch;
        watched[pid] = process;
    }
    if (watched.empty()) watched_.erase(resource);
}

void Watches::forget(const std::string& resource) {
    ::unlink(watch_file(places_, resource).c_str());
    const auto it = watched_.find(resource);
    if (it == watched_.end()) return;
    for (auto& [pid, process] : it->second) reactor_.cancel(process.watch);
    watched_.erase(it);
}

}  // namespace muster::lrmd
