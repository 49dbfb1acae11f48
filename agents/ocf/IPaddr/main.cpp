// ocf:muster:IPaddr - a virtual IP address (see metadata.cpp for its parameters).
// Idempotent: start of what runs and stop of what does not are successes (OCF Resource Agent API 1.1, "Actions").
#include <arpa/inet.h>

#include <cstdio>
#include <exception>
#include <string>

#include "agents/ocf/IPaddr/address.h"
#include "agents/ocf/IPaddr/announce.h"
#include "agents/ocf/IPaddr/metadata.h"
#include "agents/ocf/kit.h"

namespace {

using ipaddr::Kernel;
using ipaddr::Link;
using ipaddr::Wanted;
using ocf::Exit;

// The macvlan's name follows from the MAC: at most 15 characters.
std::string macvlan_name(const std::string& mac) {
    std::string name = "vip";
    for (const char c : mac) {
        if (c != ':') name += c;
    }
    return name.substr(0, 15);
}

// Parameters, checked; on a fault the exit code that says so.
Exit read_wanted(Wanted& w) {
    w.ip = ocf::parameter("ip");
    unsigned char binary[16];
    if (w.ip.empty()) return ocf::reason(ocf::configured, "parameter ip is missing: expected an IP address");
    w.family = w.ip.find(':') == std::string::npos ? AF_INET : AF_INET6;
    if (::inet_pton(w.family, w.ip.c_str(), binary) != 1) {
        return ocf::reason(ocf::configured, "parameter ip=\"" + w.ip + "\": expected an IPv4 or IPv6 address");
    }
    w.prefix = static_cast<int>(ocf::parameter_number("cidr_netmask", -1, 0, w.family == AF_INET ? 32 : 128));
    w.nic = ocf::parameter("nic");
    w.broadcast = ocf::parameter("broadcast");
    if (!w.broadcast.empty() && (w.family != AF_INET || ::inet_pton(AF_INET, w.broadcast.c_str(), binary) != 1)) {
        return ocf::reason(ocf::configured, "parameter broadcast=\"" + w.broadcast + "\": expected an IPv4 address");
    }
    w.virtual_mac = ocf::parameter("virtual_mac");
    return ocf::success;
}

Exit find_place(Kernel& kernel, Wanted& w, Link& link, int& prefix) {
    const auto home = kernel.home_of(w);
    if (w.nic.empty() && !home) {
        return ocf::reason(ocf::configured, "no interface here has a network that holds " + w.ip + ": name one with nic=");
    }
    const auto named = w.nic.empty() ? std::optional<Link>{home->link} : kernel.link(w.nic);
    if (!named) return ocf::reason(ocf::installed, "there is no interface " + w.nic + " on this node");
    link = *named;
    const bool same = home && home->link.index == link.index;
    prefix = w.prefix >= 0 ? w.prefix : same ? home->prefix : w.family == AF_INET ? 32 : 128;
    if (const std::string label = ocf::parameter("iflabel"); !label.empty() && w.family == AF_INET) {
        w.label = link.name + ":" + label;
        if (w.label.size() > 15) {
            return ocf::reason(ocf::configured, "label \"" + w.label + "\" is longer than 15 characters");
        }
    }
    return ocf::success;
}

Exit start(Kernel& kernel, Wanted& w) {
    if (kernel.carrier_of(w)) return ocf::success;
    Link link;
    int prefix = 0;
    if (const Exit e = find_place(kernel, w, link, prefix); e != ocf::success) return e;
    if (!link.up) return ocf::reason(ocf::generic, "interface " + link.name + " is down");
    if (ocf::parameter_flag("check_duplicate", false)) {
        const auto other = ipaddr::who_has(w, link, ocf::parameter_number("duplicate_wait", 200, 1, 10'000));
        if (!other.empty()) return ocf::reason(ocf::generic, w.ip + " is in use: " + other + " answers for it");
    }
    if (!w.virtual_mac.empty()) {
        const std::string name = macvlan_name(w.virtual_mac);
        if (!kernel.link(name)) {
            const std::string e = kernel.make_macvlan(name, link, w.virtual_mac);
            if (!e.empty()) return ocf::reason(ocf::generic, "cannot make the interface " + name + ": " + e);
        }
        link = *kernel.link(name);
        w.label.clear();
    }
    if (const std::string e = kernel.add(w, link, prefix); !e.empty()) {
        return ocf::reason(ocf::generic, "cannot add " + w.ip + " to " + link.name + ": " + e);
    }
    const long count = ocf::parameter_number("arp_count", 5, 0, 1000);
    if (count > 0) {
        if (const std::string e = ipaddr::announce(w, link); !e.empty()) ocf::info("cannot announce " + w.ip + ": " + e);
        ipaddr::announce_later(w, link, count - 1, ocf::parameter_number("arp_interval", 200, 1, 60'000));
    }
    return ocf::success;
}

Exit stop(Kernel& kernel, const Wanted& w) {
    while (const auto link = kernel.carrier_of(w)) {
        if (const std::string e = kernel.remove(w, *link); !e.empty()) {
            return ocf::reason(ocf::generic, "cannot remove " + w.ip + " from " + link->name + ": " + e);
        }
    }
    if (!w.virtual_mac.empty()) {
        if (const std::string e = kernel.remove_link(macvlan_name(w.virtual_mac)); !e.empty()) {
            return ocf::reason(ocf::generic, "cannot remove the interface " + macvlan_name(w.virtual_mac) + ": " + e);
        }
    }
    return ocf::success;
}

Exit monitor(Kernel& kernel, const Wanted& w) {
    const auto link = kernel.carrier_of(w);
    if (!link) return ocf::not_running;
    if (!link->up) return ocf::reason(ocf::generic, "interface " + link->name + " is down");
    return ocf::success;
}

Exit run(const std::string& action) {
    if (action == "meta-data") {
        std::fputs(ipaddr::kMetadata, stdout);
        return ocf::success;
    }
    Wanted wanted;
    if (const Exit e = read_wanted(wanted); e != ocf::success) {
        return action == "stop" ? ocf::success : e;  // what can not be configured can not run
    }
    Kernel kernel;
    if (action == "start") return start(kernel, wanted);
    if (action == "stop") return stop(kernel, wanted);
    if (action == "monitor" || action == "status") return monitor(kernel, wanted);
    if (action == "validate-all") {
        Link link;
        int prefix = 0;
        return find_place(kernel, wanted, link, prefix);
    }
    return ocf::reason(ocf::unimplemented, "action \"" + action + "\" is not one of start stop monitor validate-all meta-data");
}

}  // namespace

int main(int argc, char** argv) {
    const std::string action = argc == 2 ? argv[1] : "";
    if (action.empty()) {
        std::fprintf(stderr, "usage: %s start|stop|monitor|validate-all|meta-data\n", argv[0]);
        return ocf::args;
    }
    try {
        return run(action);
    } catch (const std::exception& e) {
        return ocf::reason(ocf::generic, e.what());
    }
}
