// corosync's configuration as cmap shows it: who the cluster's nodes are.
#pragma once

#include <string>
#include <vector>

#include "base/names.h"
#include "base/result.h"

namespace muster::cluster {

struct NodelistEntry {
    NodeId id = 0;
    std::string name;       // nodelist.node.N.name, else its ring0_addr
    std::uint32_t votes = 1;
    std::vector<std::string> addresses;
};

struct Nodelist {
    std::string cluster_name;
    NodeId self = 0;
    std::vector<NodelistEntry> nodes;  // ascending by id
    bool two_node = false;
    bool qdevice = false;
    bool crypto = false;  // totem.crypto_cipher or crypto_hash other than none
};

// Asks the local corosync: a short exchange over its socket, for shells at start and at Connected.
Result<Nodelist> read_nodelist();

}  // namespace muster::cluster
