#include "agents/ocf/IPaddr/address.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <netlink/cache.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/macvlan.h>

#include <cstring>
#include <memory>
#include <stdexcept>

namespace ipaddr {
namespace {

struct CacheFree {
    void operator()(nl_cache* c) const noexcept { nl_cache_free(c); }
};
struct AddrFree {
    void operator()(nl_addr* a) const noexcept { nl_addr_put(a); }
};
struct RtAddrFree {
    void operator()(rtnl_addr* a) const noexcept { rtnl_addr_put(a); }
};
struct LinkFree {
    void operator()(rtnl_link* l) const noexcept { rtnl_link_put(l); }
};
using Cache = std::unique_ptr<nl_cache, CacheFree>;
using Addr = std::unique_ptr<nl_addr, AddrFree>;
using RtAddr = std::unique_ptr<rtnl_addr, RtAddrFree>;
using RtLink = std::unique_ptr<rtnl_link, LinkFree>;

Addr parse(const std::string& text, int family) {
    nl_addr* a = nullptr;
    if (nl_addr_parse(text.c_str(), family, &a) < 0) return nullptr;
    return Addr{a};
}

Cache addresses(nl_sock* socket) {
    nl_cache* c = nullptr;
    if (rtnl_addr_alloc_cache(socket, &c) < 0) throw std::runtime_error("cannot read the kernel's addresses");
    return Cache{c};
}

Link to_link(rtnl_link* l) {
    Link link;
    link.index = rtnl_link_get_ifindex(l);
    link.name = rtnl_link_get_name(l);
    link.up = (rtnl_link_get_flags(l) & IFF_UP) != 0;
    if (nl_addr* mac = rtnl_link_get_addr(l); mac && nl_addr_get_len(mac) == 6) {
        std::memcpy(link.mac, nl_addr_get_binary_addr(mac), 6);
        link.has_mac = true;
    }
    return link;
}

std::optional<Link> link_by_index(nl_sock* socket, int index) {
    rtnl_link* l = nullptr;
    if (rtnl_link_get_kernel(socket, index, nullptr, &l) < 0) return std::nullopt;
    return to_link(RtLink{l}.get());
}

bool in_network(const nl_addr* address, const nl_addr* network, int prefix) {
    const auto* a = static_cast<const unsigned char*>(nl_addr_get_binary_addr(address));
    const auto* b = static_cast<const unsigned char*>(nl_addr_get_binary_addr(network));
    for (int bit = 0; bit < prefix; ++bit) {
        const int mask = 0x80 >> (bit % 8);
        if ((a[bit / 8] & mask) != (b[bit / 8] & mask)) return false;
    }
    return true;
}

}  // namespace

Kernel::Kernel() : socket_{nl_socket_alloc()} {
    if (!socket_ || nl_connect(socket_, NETLINK_ROUTE) < 0) throw std::runtime_error("cannot open a netlink socket");
}
Kernel::~Kernel() { nl_socket_free(socket_); }

std::optional<Link> Kernel::link(const std::string& name) {
    rtnl_link* l = nullptr;
    if (rtnl_link_get_kernel(socket_, 0, name.c_str(), &l) < 0) return std::nullopt;
    return to_link(RtLink{l}.get());
}

std::optional<Kernel::Home> Kernel::home_of(const Wanted& wanted) {
    const Addr address = parse(wanted.ip, wanted.family);
    const Cache cache = addresses(socket_);
    const int whole = wanted.family == AF_INET ? 32 : 128;
    int best_prefix = 0;
    int best_index = 0;
    for (auto* o = nl_cache_get_first(cache.get()); o; o = nl_cache_get_next(o)) {
        auto* a = reinterpret_cast<rtnl_addr*>(o);
        const int prefix = rtnl_addr_get_prefixlen(a);
        if (rtnl_addr_get_family(a) != wanted.family || prefix >= whole || prefix <= best_prefix) continue;
        if (!in_network(address.get(), rtnl_addr_get_local(a), prefix)) continue;
        best_prefix = prefix;
        best_index = rtnl_addr_get_ifindex(a);
    }
    if (best_index == 0) return std::nullopt;
    const auto found = link_by_index(socket_, best_index);
    if (!found) return std::nullopt;
    return Home{*found, best_prefix};
}

std::optional<Link> Kernel::carrier_of(const Wanted& wanted) {
    const Addr address = parse(wanted.ip, wanted.family);
    const Cache cache = addresses(socket_);
    for (auto* o = nl_cache_get_first(cache.get()); o; o = nl_cache_get_next(o)) {
        auto* a = reinterpret_cast<rtnl_addr*>(o);
        if (rtnl_addr_get_family(a) != wanted.family) continue;
        const nl_addr* local = rtnl_addr_get_local(a);
        if (std::memcmp(nl_addr_get_binary_addr(local), nl_addr_get_binary_addr(address.get()),
                        nl_addr_get_len(address.get())) == 0) {
            return link_by_index(socket_, rtnl_addr_get_ifindex(a));
        }
    }
    return std::nullopt;
}

std::string Kernel::add(const Wanted& wanted, const Link& link, int prefix) {
    const RtAddr a{rtnl_addr_alloc()};
    Addr local = parse(wanted.ip, wanted.family);
    nl_addr_set_prefixlen(local.get(), prefix);
    rtnl_addr_set_ifindex(a.get(), link.index);
    rtnl_addr_set_local(a.get(), local.get());
    rtnl_addr_set_prefixlen(a.get(), prefix);
    if (!wanted.broadcast.empty()) {
        const Addr broadcast = parse(wanted.broadcast, wanted.family);
        rtnl_addr_set_broadcast(a.get(), broadcast.get());
    }
    if (!wanted.label.empty()) rtnl_addr_set_label(a.get(), wanted.label.c_str());
    // The cluster has made sure that nobody else has it: the kernel's own duplicate detection would hold it back 1 s.
    if (wanted.family == AF_INET6) rtnl_addr_set_flags(a.get(), IFA_F_NODAD);
    const int e = rtnl_addr_add(socket_, a.get(), 0);
    return e < 0 && e != -NLE_EXIST ? nl_geterror(e) : std::string{};
}

std::string Kernel::remove(const Wanted& wanted, const Link& link) {
    const Cache cache = addresses(socket_);
    const Addr address = parse(wanted.ip, wanted.family);
    for (auto* o = nl_cache_get_first(cache.get()); o; o = nl_cache_get_next(o)) {
        auto* a = reinterpret_cast<rtnl_addr*>(o);
        if (rtnl_addr_get_family(a) != wanted.family || rtnl_addr_get_ifindex(a) != link.index) continue;
        if (std::memcmp(nl_addr_get_binary_addr(rtnl_addr_get_local(a)), nl_addr_get_binary_addr(address.get()),
                        nl_addr_get_len(address.get())) != 0) {
            continue;
        }
        const int e = rtnl_addr_delete(socket_, a, 0);
        if (e < 0 && e != -NLE_NOADDR) return nl_geterror(e);
    }
    return {};
}

std::string Kernel::make_macvlan(const std::string& name, const Link& parent, const std::string& mac) {
    const RtLink l{rtnl_link_macvlan_alloc()};
    const Addr address = parse(mac, AF_LLC);
    if (!address) return "\"" + mac + "\" is not a MAC address";
    rtnl_link_set_name(l.get(), name.c_str());
    rtnl_link_set_link(l.get(), parent.index);
    rtnl_link_set_addr(l.get(), address.get());
    rtnl_link_macvlan_set_mode(l.get(), rtnl_link_macvlan_str2mode("private"));
    rtnl_link_set_flags(l.get(), IFF_UP);
    const int e = rtnl_link_add(socket_, l.get(), NLM_F_CREATE);
    return e < 0 ? nl_geterror(e) : std::string{};
}

std::string Kernel::remove_link(const std::string& name) {
    const RtLink l{rtnl_link_alloc()};
    rtnl_link_set_name(l.get(), name.c_str());
    const int e = rtnl_link_delete(socket_, l.get());
    return e < 0 && e != -NLE_NODEV && e != -NLE_OBJ_NOTFOUND ? nl_geterror(e) : std::string{};
}

}  // namespace ipaddr
