// IPVS by generic netlink (linux/ip_vs.h): no ipvsadm needed.
#include <arpa/inet.h>
#include <linux/ip_vs.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <algorithm>
#include <cstring>

#include "agents/ocf/ipvs/table.h"

namespace ipvs {
namespace {

struct MsgFree {
    void operator()(nl_msg* m) const noexcept { nlmsg_free(m); }
};
using Msg = std::unique_ptr<nl_msg, MsgFree>;

std::uint16_t family_of(const Endpoint& e) { return e.v6() ? AF_INET6 : AF_INET; }

void put_address(nl_msg* m, int attribute, const Endpoint& e) {
    unsigned char binary[16] = {};
    ::inet_pton(family_of(e), e.ip.c_str(), binary);
    nla_put(m, attribute, sizeof binary, binary);
}

std::uint32_t method_flag(Method method) {
    switch (method) {
        case Method::nat: return IP_VS_CONN_F_MASQ;
        case Method::direct_routing: return IP_VS_CONN_F_DROUTE;
        case Method::tunnel: return IP_VS_CONN_F_TUNNEL;
    }
    return IP_VS_CONN_F_MASQ;
}

class IpvsTable final : public Table {
  public:
    ~IpvsTable() override { nl_socket_free(socket_); }

    bool open() {
        socket_ = nl_socket_alloc();
        if (!socket_ || genl_connect(socket_) < 0) return false;
        family_ = genl_ctrl_resolve(socket_, IPVS_GENL_NAME);
        return family_ >= 0;
    }

    Outcome set(const Service& s, const std::vector<Destination>& wanted) override {
        const bool there = present(s);
        const int made = service_command(there ? IPVS_CMD_SET_SERVICE : IPVS_CMD_NEW_SERVICE, s, true);
        if (made == -NLE_OBJ_NOTFOUND) return {"this kernel has no scheduler \"" + s.scheduler + "\" (module ip_vs_" + s.scheduler + ")", true};
        if (made < 0) return {nl_geterror(made)};
        const auto now = there ? destinations(s) : std::vector<Destination>{};
        for (const auto& d : wanted) {
            const auto same = std::find_if(now.begin(), now.end(), [&](const Destination& x) { return x.at == d.at; });
            if (same != now.end() && same->weight == d.weight) continue;
            const std::uint8_t command = same == now.end() ? IPVS_CMD_NEW_DEST : IPVS_CMD_SET_DEST;
            if (const int e = dest_command(command, s, d); e < 0) return about(d, e);
        }
        for (const auto& d : now) {
            const bool keep = std::any_of(wanted.begin(), wanted.end(), [&](const Destination& x) { return x.at == d.at; });
            if (keep) continue;
            if (const int e = dest_command(IPVS_CMD_DEL_DEST, s, d); e < 0) return about(d, e);
        }
        return {};
    }

    Outcome remove(const Service& s) override {
        const int e = present(s) ? service_command(IPVS_CMD_DEL_SERVICE, s, false) : 0;
        return {e < 0 ? nl_geterror(e) : ""};
    }

    bool present(const Service& s) override {
        bool found = false;
        const Msg m = begin(IPVS_CMD_GET_SERVICE, 0);
        put_service(m.get(), s, false);
        ask(m.get(), [&](nlattr**) { found = true; }, IPVS_CMD_ATTR_SERVICE);
        return found;
    }

    std::string name() const override { return "ipvs"; }

  private:
    static Outcome about(const Destination& d, int error) { return {to_string(d.at) + ": " + nl_geterror(error)}; }

    Msg begin(std::uint8_t command, int flags) {
        Msg m{nlmsg_alloc()};
        genlmsg_put(m.get(), NL_AUTO_PORT, NL_AUTO_SEQ, family_, 0, flags, command, IPVS_GENL_VERSION);
        return m;
    }

    static void put_service(nl_msg* m, const Service& s, bool full) {
        nlattr* nest = nla_nest_start(m, IPVS_CMD_ATTR_SERVICE);
        nla_put_u16(m, IPVS_SVC_ATTR_AF, family_of(s.at));
        nla_put_u16(m, IPVS_SVC_ATTR_PROTOCOL, s.protocol == Protocol::tcp ? IPPROTO_TCP : IPPROTO_UDP);
        put_address(m, IPVS_SVC_ATTR_ADDR, s.at);
        nla_put_u16(m, IPVS_SVC_ATTR_PORT, htons(static_cast<std::uint16_t>(s.at.port)));
        if (full) {
            ip_vs_flags flags{s.persistence_s > 0 ? static_cast<std::uint32_t>(IP_VS_SVC_F_PERSISTENT) : 0u, ~0u};
            nla_put_string(m, IPVS_SVC_ATTR_SCHED_NAME, s.scheduler.c_str());
            nla_put(m, IPVS_SVC_ATTR_FLAGS, sizeof flags, &flags);
            nla_put_u32(m, IPVS_SVC_ATTR_TIMEOUT, static_cast<std::uint32_t>(s.persistence_s));
            nla_put_u32(m, IPVS_SVC_ATTR_NETMASK, s.at.v6() ? 128u : ~0u);
        }
        nla_nest_end(m, nest);
    }

    // 0, or libnl's error.
    int service_command(std::uint8_t command, const Service& s, bool full) {
        const Msg m = begin(command, NLM_F_ACK);
        put_service(m.get(), s, full);
        return send(m.get());
    }

    int dest_command(std::uint8_t command, const Service& s, const Destination& d) {
        const Msg m = begin(command, NLM_F_ACK);
        put_service(m.get(), s, false);
        nlattr* nest = nla_nest_start(m.get(), IPVS_CMD_ATTR_DEST);
        put_address(m.get(), IPVS_DEST_ATTR_ADDR, d.at);
        nla_put_u16(m.get(), IPVS_DEST_ATTR_ADDR_FAMILY, family_of(d.at));
        nla_put_u16(m.get(), IPVS_DEST_ATTR_PORT, htons(static_cast<std::uint16_t>(d.at.port)));
        if (command != IPVS_CMD_DEL_DEST) {
            nla_put_u32(m.get(), IPVS_DEST_ATTR_FWD_METHOD, method_flag(s.method));
            nla_put_u32(m.get(), IPVS_DEST_ATTR_WEIGHT, static_cast<std::uint32_t>(d.weight));
            nla_put_u32(m.get(), IPVS_DEST_ATTR_U_THRESH, 0);
            nla_put_u32(m.get(), IPVS_DEST_ATTR_L_THRESH, 0);
        }
        nla_nest_end(m.get(), nest);
        return send(m.get());
    }

    int send(nl_msg* m) {
        const int sent = nl_send_auto(socket_, m);
        return sent < 0 ? sent : nl_wait_for_ack(socket_);
    }

    template <typename Seen>
    void ask(nl_msg* m, Seen seen, int nest) {
        struct Context {
            Seen* seen;
            int nest;
        } context{&seen, nest};
        nl_cb* cb = nl_cb_alloc(NL_CB_DEFAULT);
        bool over = false;
        nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, [](nl_msg* answer, void* user) -> int {
            auto* c = static_cast<Context*>(user);
            nlattr* top[IPVS_CMD_ATTR_MAX + 1];
            nlattr* inner[IPVS_DEST_ATTR_MAX + IPVS_SVC_ATTR_MAX + 1] = {};
            if (genlmsg_parse(nlmsg_hdr(answer), 0, top, IPVS_CMD_ATTR_MAX, nullptr) < 0 || !top[c->nest]) return NL_OK;
            nla_parse_nested(inner, IPVS_DEST_ATTR_MAX, top[c->nest], nullptr);
            (*c->seen)(inner);
            return NL_OK;
        }, &context);
        const auto finish = [](nl_msg*, void* user) -> int {
            *static_cast<bool*>(user) = true;
            return NL_STOP;
        };
        nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, finish, &over);
        nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, finish, &over);
        nl_cb_err(cb, NL_CB_CUSTOM, [](sockaddr_nl*, nlmsgerr*, void* user) -> int {
            *static_cast<bool*>(user) = true;
            return NL_STOP;
        }, &over);
        if (nl_send_auto(socket_, m) >= 0) {
            while (!over && nl_recvmsgs(socket_, cb) >= 0) {
            }
        }
        nl_cb_put(cb);
    }

    std::vector<Destination> destinations(const Service& s) {
        std::vector<Destination> list;
        const Msg m = begin(IPVS_CMD_GET_DEST, NLM_F_DUMP);
        put_service(m.get(), s, false);
        ask(m.get(), [&](nlattr** a) {
            if (!a[IPVS_DEST_ATTR_ADDR] || !a[IPVS_DEST_ATTR_PORT] || !a[IPVS_DEST_ATTR_WEIGHT]) return;
            char text[INET6_ADDRSTRLEN] = {};
            ::inet_ntop(family_of(s.at), nla_data(a[IPVS_DEST_ATTR_ADDR]), text, sizeof text);
            list.push_back({{text, ntohs(nla_get_u16(a[IPVS_DEST_ATTR_PORT]))}, static_cast<int>(nla_get_u32(a[IPVS_DEST_ATTR_WEIGHT]))});
        }, IPVS_CMD_ATTR_DEST);
        return list;
    }

    nl_sock* socket_ = nullptr;
    int family_ = -1;
};

}  // namespace

std::unique_ptr<Table> open_ipvs() {
    auto table = std::make_unique<IpvsTable>();
    if (!table->open()) return nullptr;
    return table;
}

}  // namespace ipvs
