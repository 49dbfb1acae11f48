// The kernel's addresses over rtnetlink.
#pragma once

#include <optional>
#include <string>

struct nl_sock;

namespace ipaddr {

// What the operator asked for, checked.
struct Wanted {
    std::string ip;           // without prefix
    int family = 0;           // AF_INET or AF_INET6
    int prefix = -1;          // -1: as the network of the interface has it
    std::string nic;          // empty: the interface whose network holds the address
    std::string broadcast;    // empty: none is set by hand
    std::string label;        // whole label, "eth0:web"; IPv4 only
    std::string virtual_mac;  // not empty: the address lives on a macvlan with this MAC
};

struct Link {
    int index = 0;
    std::string name;
    bool up = false;
    unsigned char mac[6] = {};
    bool has_mac = false;
};

class Kernel {
  public:
    Kernel();  // throws std::runtime_error
    ~Kernel();
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

    std::optional<Link> link(const std::string& name);
    // Interface and prefix of the most specific network that holds the address (not its own /32 or /128).
    struct Home {
        Link link;
        int prefix = 0;
    };
    std::optional<Home> home_of(const Wanted& wanted);
    // Interface that carries the address now.
    std::optional<Link> carrier_of(const Wanted& wanted);
    // Empty: done.  Else what the kernel said.
    std::string add(const Wanted& wanted, const Link& link, int prefix);
    std::string remove(const Wanted& wanted, const Link& link);
    std::string make_macvlan(const std::string& name, const Link& parent, const std::string& mac);
    std::string remove_link(const std::string& name);

  private:
    nl_sock* socket_ = nullptr;
};

}  // namespace ipaddr
