#include "agents/ocf/IPaddr/announce.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace ipaddr {
namespace {

class Socket {
  public:
    Socket(int domain, int type, int protocol) : fd_{::socket(domain, type | SOCK_CLOEXEC, protocol)} {}
    ~Socket() {
        if (fd_ >= 0) ::close(fd_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    int get() const { return fd_; }

  private:
    int fd_;
};

constexpr unsigned char kEverybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

sockaddr_ll link_address(const Link& link) {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_protocol = htons(ETH_P_ARP);
    to.sll_ifindex = link.index;
    to.sll_halen = 6;
    std::memcpy(to.sll_addr, kEverybody, 6);
    return to;
}

ether_arp arp_packet(const Link& link, unsigned short operation, in_addr sender, in_addr target) {
    ether_arp p{};
    p.ea_hdr.ar_hrd = htons(ARPHRD_ETHER);
    p.ea_hdr.ar_pro = htons(ETHERTYPE_IP);
    p.ea_hdr.ar_hln = 6;
    p.ea_hdr.ar_pln = 4;
    p.ea_hdr.ar_op = htons(operation);
    std::memcpy(p.arp_sha, link.mac, 6);
    std::memcpy(p.arp_spa, &sender, 4);
    std::memcpy(p.arp_tha, operation == ARPOP_REPLY ? kEverybody : p.arp_tha, 6);
    std::memcpy(p.arp_tpa, &target, 4);
    return p;
}

std::string send_arp(int fd, const Link& link, const ether_arp& packet) {
    const sockaddr_ll to = link_address(link);
    if (::sendto(fd, &packet, sizeof packet, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
        return std::strerror(errno);
    }
    return {};
}

// Closing a packet socket waits until every processor has seen it go: 5 to 10 ms. It is not closed here; the process that
// announces later inherits it and pays for that. Protocol 0: it hears nothing.
int sending_socket() {
    static const int fd = ::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd;
}

std::string announce_v4(const Wanted& wanted, const Link& link) {
    in_addr ip{};
    ::inet_pton(AF_INET, wanted.ip.c_str(), &ip);
    const int fd = sending_socket();
    if (fd < 0) return std::strerror(errno);
    // Both forms: some neighbours only update from a reply, others only from a request.
    std::string error = send_arp(fd, link, arp_packet(link, ARPOP_REQUEST, ip, ip));
    if (error.empty()) error = send_arp(fd, link, arp_packet(link, ARPOP_REPLY, ip, ip));
    return error;
}

std::string announce_v6(const Wanted& wanted, const Link& link) {
    struct Advertisement {
        nd_neighbor_advert head;
        nd_opt_hdr option;
        unsigned char mac[6];
    } message{};
    message.head.nd_na_type = ND_NEIGHBOR_ADVERT;
    message.head.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE;
    ::inet_pton(AF_INET6, wanted.ip.c_str(), &message.head.nd_na_target);
    message.option.nd_opt_type = ND_OPT_TARGET_LINKADDR;
    message.option.nd_opt_len = 1;
    std::memcpy(message.mac, link.mac, 6);
    const Socket s{AF_INET6, SOCK_RAW, IPPROTO_ICMPV6};
    if (s.get() < 0) return std::strerror(errno);
    const int hops = 255;
    ::setsockopt(s.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof hops);
    ::setsockopt(s.get(), IPPROTO_IPV6, IPV6_MULTICAST_IF, &link.index, sizeof link.index);
    sockaddr_in6 from{};
    from.sin6_family = AF_INET6;
    from.sin6_addr = message.head.nd_na_target;
    from.sin6_scope_id = static_cast<unsigned>(link.index);
    ::bind(s.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from);
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_scope_id = static_cast<unsigned>(link.index);
    ::inet_pton(AF_INET6, "ff02::1", &to.sin6_addr);
    if (::sendto(s.get(), &message, sizeof message, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
        return std::strerror(errno);
    }
    return {};
}

void sleep_ms(long ms) {
    timespec t{ms / 1000, (ms % 1000) * 1'000'000};
    ::nanosleep(&t, nullptr);
}

long now_ms() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1'000'000;
}

}  // namespace

std::string announce(const Wanted& wanted, const Link& link) {
    if (!link.has_mac) return {};  // loopback and tunnels: nobody to tell
    return wanted.family == AF_INET ? announce_v4(wanted, link) : announce_v6(wanted, link);
}

void announce_later(const Wanted& wanted, const Link& link, long count, long gap_ms) {
    const bool holds_socket = wanted.family == AF_INET;  // longer than the process that answers the cluster
    if (!link.has_mac || (count <= 0 && !holds_socket) || ::fork() != 0) return;
    ::setsid();
    const int nothing = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) ::dup2(nothing, fd);
    if (count <= 0) sleep_ms(100);
    for (long i = 0; i < count; ++i) {
        sleep_ms(gap_ms);
        // Gone from here meanwhile: whoever has it now announces it.
        if (!Kernel{}.carrier_of(wanted)) break;
        announce(wanted, link);
    }
    ::_exit(0);
}

std::string who_has(const Wanted& wanted, const Link& link, long wait_ms) {
    if (wanted.family != AF_INET || !link.has_mac) return {};
    in_addr ip{};
    ::inet_pton(AF_INET, wanted.ip.c_str(), &ip);
    const Socket s{AF_PACKET, SOCK_DGRAM, htons(ETH_P_ARP)};
    if (s.get() < 0) return {};
    sockaddr_ll here = link_address(link);
    ::bind(s.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here);
    send_arp(s.get(), link, arp_packet(link, ARPOP_REQUEST, in_addr{0}, ip));
    for (const long end = now_ms() + wait_ms; now_ms() < end;) {
        pollfd p{s.get(), POLLIN, 0};
        if (::poll(&p, 1, static_cast<int>(end - now_ms())) <= 0) continue;
        ether_arp answer{};
        if (::recv(s.get(), &answer, sizeof answer, MSG_DONTWAIT) < static_cast<ssize_t>(sizeof answer)) continue;
        if (std::memcmp(answer.arp_spa, &ip, 4) != 0 || std::memcmp(answer.arp_sha, link.mac, 6) == 0) continue;
        char text[18];
        const unsigned char* m = answer.arp_sha;
        std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
        return text;
    }
    return {};
}

}  // namespace ipaddr
