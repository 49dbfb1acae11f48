#include "base/os/boot.h"

#include <unistd.h>

#include "base/os/files.h"
#include "base/text.h"

namespace muster::os {

std::string node_boot_id(const std::string& run_dir) {
    const std::string path = run_dir + "/boot_id";
    if (const auto text = read_file(path)) return std::string{trim(*text)};
    const auto fresh = read_file("/proc/sys/kernel/random/uuid");
    if (!fresh || !make_directories(run_dir)) return boot_id();
    // link(2): if two daemons come at the same moment, both read what the first one made.
    const std::string beside = path + "." + std::to_string(::getpid());
    if (!write_file_atomic(beside, *fresh, 0644)) return boot_id();
    [[maybe_unused]] const int made = ::link(beside.c_str(), path.c_str());
    ::unlink(beside.c_str());
    const auto text = read_file(path);
    return text ? std::string{trim(*text)} : boot_id();
}

}  // namespace muster::os
