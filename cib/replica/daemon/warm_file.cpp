#include "cib/replica/daemon/warm_file.h"

#include <unistd.h>

#include <sstream>

#include "base/digest.h"
#include "base/os/files.h"

namespace muster::cib::replica {

std::optional<Term> read_warm(const std::string& path, const std::string& boot_id, std::uint64_t cluster_uuid) {
    const auto bytes = os::read_file(path);
    if (!bytes) return std::nullopt;
    std::istringstream in{*bytes};
    std::string boot, cluster;
    Term term;
    if (!(in >> boot >> cluster >> term.number >> term.node)) return std::nullopt;
    if (boot != boot_id || cluster != to_hex(cluster_uuid)) return std::nullopt;
    return term;
}

Result<void> write_warm(const std::string& path, const std::string& boot_id, std::uint64_t cluster_uuid, const Term& term) {
    return os::write_file_atomic(path, boot_id + " " + to_hex(cluster_uuid) + " " + std::to_string(term.number) + " " +
                                           std::to_string(term.node) + "\n");
}

void remove_warm(const std::string& path) { ::unlink(path.c_str()); }

}  // namespace muster::cib::replica
