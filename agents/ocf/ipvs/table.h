// The kernel's side: one virtual service and its destinations.  Two forms: IPVS by generic netlink, and nftables (weighted
// DNAT) where the kernel has no IPVS.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agents/ocf/ipvs/director.h"

namespace ipvs {

// What the kernel said; an empty text: done.
struct Outcome {
    std::string text;
    bool lacking = false;  // this kernel does not have what was asked for: another node's may
};

class Table {
  public:
    virtual ~Table() = default;
    // Makes the service and sets its destinations to these, changing only what differs.
    virtual Outcome set(const Service& service, const std::vector<Destination>& destinations) = 0;
    virtual Outcome remove(const Service& service) = 0;
    // Whether the service is there now.
    virtual bool present(const Service& service) = 0;
    virtual std::string name() const = 0;
};

// Empty pointer: this kernel has no IPVS.
std::unique_ptr<Table> open_ipvs();
std::unique_ptr<Table> open_nft(bool masquerade);

}  // namespace ipvs
