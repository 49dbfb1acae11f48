#include "tools/crm/ra/leftovers.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/os/files.h"
#include "base/text.h"

namespace muster::crm {
namespace {

std::set<std::string> processes(const std::string& mark) {
    std::set<std::string> out;
    DIR* dir = opendir("/proc");
    if (dir == nullptr) return out;
    while (const dirent* entry = readdir(dir)) {
        if (!parse_int(entry->d_name)) continue;
        const auto stat = os::read_file(fmt::format("/proc/{}/stat", entry->d_name));
        const auto bracket = stat ? stat->rfind(')') : std::string::npos;
        if (bracket == std::string::npos || stat->size() < bracket + 3 || (*stat)[bracket + 2] == 'Z') continue;
        const auto name = os::read_file(fmt::format("/proc/{}/cmdline", entry->d_name));
        if (!name || name->empty()) continue;  // of the kernel
        if (!mark.empty()) {
            const auto environment = os::read_file(fmt::format("/proc/{}/environ", entry->d_name));
            if (!environment || environment->find(mark + std::string(1, '\0')) == std::string::npos) continue;
        }
        out.insert(fmt::format("{} {}", entry->d_name, std::string{trim(replace_all(*name, std::string(1, '\0'), " "))}));
    }
    closedir(dir);
    return out;
}

std::set<std::string> mounts() {
    std::set<std::string> out;
    std::ifstream in{"/proc/self/mounts"};
    for (std::string line; std::getline(in, line);) {
        const auto words = split_words(line);
        if (words.size() > 1) out.insert(fmt::format("{} on {}", words[0], words[1]));
    }
    return out;
}

std::set<std::string> addresses() {
    std::set<std::string> out;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return out;
    for (const ifaddrs* i = list; i != nullptr; i = i->ifa_next) {
        if (i->ifa_addr == nullptr) continue;
        char text[INET6_ADDRSTRLEN] = {};
        const int family = i->ifa_addr->sa_family;
        const void* from = family == AF_INET ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(i->ifa_addr)->sin_addr)
                                             : &reinterpret_cast<const sockaddr_in6*>(i->ifa_addr)->sin6_addr;
        if ((family != AF_INET && family != AF_INET6) || inet_ntop(family, from, text, sizeof text) == nullptr) continue;
        out.insert(fmt::format("{} on {}", text, i->ifa_name));
    }
    freeifaddrs(list);
    return out;
}

std::set<std::string> files(const std::string& folder) {
    std::set<std::string> out;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator{folder, none}) out.insert(entry.path().string());
    return out;
}

void add_new(std::vector<Leftover>& out, const std::set<std::string>& before, const std::set<std::string>& after, const char* what, bool harmless) {
    for (const auto& thing : after) {
        if (!before.contains(thing)) out.push_back({harmless, fmt::format("{} {}", what, thing)});
    }
}

}  // namespace

NodeTraces look_around(const std::string& scratch, const std::string& mark) {
    return {processes(mark), mounts(), addresses(), files(scratch)};
}

std::vector<Leftover> new_things(const NodeTraces& before, const NodeTraces& after) {
    std::vector<Leftover> out;
    add_new(out, before.processes, after.processes, "process", false);
    add_new(out, before.mounts, after.mounts, "mount", false);
    add_new(out, before.addresses, after.addresses, "address", false);
    add_new(out, before.files, after.files, "file", true);
    return out;
}

std::string lsb_header_problem(const std::string& path) {
    const auto text = os::read_file(path);
    if (!text) return text.error().message;
    if (text->find("### BEGIN INIT INFO") == std::string::npos) return "the block \"### BEGIN INIT INFO\" is missing";
    for (const char* line : {"Provides:", "Required-Start:", "Required-Stop:", "Default-Start:", "Default-Stop:"}) {
        if (text->find(fmt::format("# {}", line)) == std::string::npos) return fmt::format("\"{}\" is missing in it", line);
    }
    return {};
}

}  // namespace muster::crm
