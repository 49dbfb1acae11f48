#include "cluster/corosync/messaging.h"

#include <corosync/cpg.h>
#include <corosync/quorum.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <optional>
#include <utility>

#include "cluster/corosync/status.h"
#include "cluster/parts.h"

namespace muster::cluster {
namespace {

constexpr int kDispatchAtOnce = 128;               // then others on the loop get their turn
constexpr Duration kFlowControlRetry = milliseconds{1};

Member member(const cpg_address& a) { return {a.nodeid, a.pid}; }

Departure departure(std::uint32_t reason) {
    switch (reason) {
        case CPG_REASON_LEAVE: return Departure::left;
        case CPG_REASON_PROCDOWN: return Departure::process_lost;
        default: return Departure::node_lost;
    }
}

}  // namespace

struct CorosyncMessaging::Impl {
    os::Reactor& reactor;
    CorosyncSettings settings;
    std::function<void(const Event&)> handler;
    std::optional<cpg_handle_t> cpg;
    std::optional<quorum_handle_t> quorum;
    os::Reactor::Id cpg_watch = 0, quorum_watch = 0, retry_timer = 0, send_timer = 0;
    Duration back_off;
    std::deque<std::string> queue;
    std::size_t queued = 0;
    std::uint64_t messages = 0;
    Assembler assembler;
    bool broken = false;  // seen inside a callback: acted on outside
    std::string why_broken;
    bool stopped = false;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);

    Impl(os::Reactor& r, CorosyncSettings s) : reactor{r}, settings{std::move(s)}, back_off{settings.first_retry} {}
    ~Impl() {
        *alive = false;
        close();
        reactor.cancel(retry_timer);
    }

    void report(const Event& event) {
        if (handler && !stopped) handler(event);
    }
    Result<void> open_cpg();
    Result<void> open_quorum();
    void connect();
    void close();
    void lost(const std::string& why);
    void dispatch_cpg();
    void dispatch_quorum();
    void flush();
    void on_deliver(const Member& sender, std::string_view part);
    void on_view(ViewChanged view);
};

namespace {

CorosyncMessaging::Impl* impl_of(cpg_handle_t handle) {
    void* context = nullptr;
    return cpg_context_get(handle, &context) == CS_OK ? static_cast<CorosyncMessaging::Impl*>(context) : nullptr;
}

void cpg_deliver(cpg_handle_t handle, const cpg_name*, std::uint32_t node, std::uint32_t pid, void* bytes,
                 std::size_t size) {
    if (auto* impl = impl_of(handle)) impl->on_deliver({node, pid}, {static_cast<const char*>(bytes), size});
}

void cpg_view(cpg_handle_t handle, const cpg_name*, const cpg_address* members, std::size_t member_count,
              const cpg_address* left, std::size_t left_count, const cpg_address* joined, std::size_t joined_count) {
    auto* impl = impl_of(handle);
    if (!impl) return;
    ViewChanged view;
    for (std::size_t i = 0; i < member_count; ++i) view.members.push_back(member(members[i]));
    for (std::size_t i = 0; i < left_count; ++i) {
        view.departed.push_back({member(left[i]), departure(left[i].reason)});
    }
    for (std::size_t i = 0; i < joined_count; ++i) view.joined.push_back(member(joined[i]));
    std::sort(view.members.begin(), view.members.end());
    impl->on_view(std::move(view));
}

void cpg_ring(cpg_handle_t handle, cpg_ring_id ring, std::uint32_t count, const std::uint32_t* nodes) {
    auto* impl = impl_of(handle);
    if (!impl) return;
    RingChanged changed{{ring.nodeid, ring.seq}, {nodes, nodes + count}};
    std::sort(changed.nodes.begin(), changed.nodes.end());
    impl->report(changed);
}

void quorum_changed(quorum_handle_t handle, std::uint32_t quorate, quorum_ring_id ring, std::uint32_t count,
                    const std::uint32_t* nodes) {
    const void* context = nullptr;
    if (quorum_context_get(handle, &context) != CS_OK || !context) return;
    QuorumChanged changed{{ring.nodeid, ring.seq}, quorate != 0, {nodes, nodes + count}};
    std::sort(changed.nodes.begin(), changed.nodes.end());
    static_cast<CorosyncMessaging::Impl*>(const_cast<void*>(context))->report(changed);
}

void ignore_nodelist(quorum_handle_t, quorum_ring_id, std::uint32_t, const std::uint32_t*, std::uint32_t,
                     const std::uint32_t*, std::uint32_t, const std::uint32_t*) {}

}  // namespace

Result<void> CorosyncMessaging::Impl::open_cpg() {
    cpg_model_v1_data_t model{};
    model.model = CPG_MODEL_V1;
    model.cpg_deliver_fn = cpg_deliver;
    model.cpg_confchg_fn = cpg_view;
    model.cpg_totem_confchg_fn = cpg_ring;
    model.flags = CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF;
    cpg_handle_t handle = 0;
    if (const cs_error_t e = cpg_model_initialize(&handle, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model), this);
        e != CS_OK) {
        return fail(ErrorCode::unavailable, "corosync's process groups: " + describe(e));
    }
    cpg = handle;
    int fd = -1;
    if (const cs_error_t e = cpg_fd_get(handle, &fd); e != CS_OK) return fail(ErrorCode::unavailable, describe(e));
    cpg_name name{};
    name.length = static_cast<std::uint32_t>(std::min(settings.group.size(), sizeof name.value));
    std::memcpy(name.value, settings.group.data(), name.length);
    if (const cs_error_t e = cpg_join(handle, &name); e != CS_OK) {
        return fail(ErrorCode::unavailable, "joining corosync's group " + settings.group + ": " + describe(e));
    }
    cpg_watch = reactor.watch(fd, EPOLLIN, [this](std::uint32_t) { dispatch_cpg(); });
    return {};
}

Result<void> CorosyncMessaging::Impl::open_quorum() {
    quorum_model_v1_data_t model{};
    model.model = QUORUM_MODEL_V1;
    model.quorum_notify_fn = quorum_changed;
    model.nodelist_notify_fn = ignore_nodelist;
    quorum_handle_t handle = 0;
    std::uint32_t type = QUORUM_FREE;
    if (const cs_error_t e = quorum_model_initialize(&handle, QUORUM_MODEL_V1,
                                                     reinterpret_cast<quorum_model_data_t*>(&model), &type, this);
        e != CS_OK) {
        return fail(ErrorCode::unavailable, "corosync's quorum: " + describe(e));
    }
    quorum = handle;
    if (type == QUORUM_FREE) return fail("corosync.conf has no quorum provider; muster needs `quorum { provider: corosync_votequorum }`");
    int fd = -1;
    if (const cs_error_t e = quorum_fd_get(handle, &fd); e != CS_OK) return fail(ErrorCode::unavailable, describe(e));
    if (const cs_error_t e = quorum_trackstart(handle, CS_TRACK_CHANGES | CS_TRACK_CURRENT); e != CS_OK) {
        return fail(ErrorCode::unavailable, "corosync's quorum: " + describe(e));
    }
    quorum_watch = reactor.watch(fd, EPOLLIN, [this](std::uint32_t) { dispatch_quorum(); });
    return {};
}

void CorosyncMessaging::Impl::connect() {
    retry_timer = 0;
    auto opened = open_quorum();
    if (opened) opened = open_cpg();
    if (!opened) return lost(opened.error().message);
    std::uint32_t node = 0;
    if (cpg_local_get(*cpg, &node) != CS_OK) return lost("corosync does not tell its node id");
    back_off = settings.first_retry;
    report(Connected{{node, static_cast<std::uint32_t>(::getpid())}});
}

void CorosyncMessaging::Impl::close() {
    reactor.cancel(std::exchange(cpg_watch, 0));
    reactor.cancel(std::exchange(quorum_watch, 0));
    reactor.cancel(std::exchange(send_timer, 0));
    if (cpg) cpg_finalize(*std::exchange(cpg, std::nullopt));
    if (quorum) quorum_finalize(*std::exchange(quorum, std::nullopt));
    queue.clear();
    queued = 0;
    assembler.clear();
    broken = false;
}

void CorosyncMessaging::Impl::lost(const std::string& why) {
    close();
    if (stopped) return;
    if (retry_timer == 0) {
        retry_timer = reactor.after(back_off, [this] { connect(); });
        back_off = std::min(back_off * 2, settings.longest_retry);
    }
    report(Disconnected{why});
}

void CorosyncMessaging::Impl::dispatch_cpg() {
    const auto still = alive;
    for (int i = 0; i < kDispatchAtOnce && cpg; ++i) {
        const cs_error_t e = cpg_dispatch(*cpg, CS_DISPATCH_ONE_NONBLOCKING);
        if (!*still) return;
        if (e == CS_ERR_TRY_AGAIN) break;
        if (e != CS_OK) return lost("the connection to corosync broke: " + describe(e));
        if (broken) return lost(why_broken);
    }
    if (cpg) flush();
}

void CorosyncMessaging::Impl::dispatch_quorum() {
    const auto still = alive;
    for (int i = 0; i < kDispatchAtOnce && quorum; ++i) {
        const cs_error_t e = quorum_dispatch(*quorum, CS_DISPATCH_ONE_NONBLOCKING);
        if (!*still) return;
        if (e == CS_ERR_TRY_AGAIN) break;
        if (e != CS_OK) return lost("the connection to corosync's quorum broke: " + describe(e));
    }
}

// CS_ERR_TRY_AGAIN is flow control: nothing is dropped, nothing blocks.
void CorosyncMessaging::Impl::flush() {
    while (!queue.empty()) {
        iovec part{queue.front().data(), queue.front().size()};
        const cs_error_t e = cpg_mcast_joined(*cpg, CPG_TYPE_AGREED, &part, 1);
        if (e == CS_ERR_TRY_AGAIN) {
            if (send_timer == 0) {
                send_timer = reactor.after(kFlowControlRetry, [this] {
                    send_timer = 0;
                    if (cpg) flush();
                });
            }
            return;
        }
        if (e != CS_OK) {
            broken = true;
            why_broken = "corosync took no message: " + describe(e);
            reactor.soon([this, still = alive] {
                if (*still && broken) lost(why_broken);
            });
            return;
        }
        queued -= queue.front().size();
        queue.pop_front();
    }
}

void CorosyncMessaging::Impl::on_deliver(const Member& sender, std::string_view part) {
    auto whole = assembler.add(sender, part);
    if (!whole) return;  // foreign bytes in our group: no message of ours looks like that
    if (*whole) report(Delivered{sender, std::move(**whole)});
}

void CorosyncMessaging::Impl::on_view(ViewChanged view) {
    for (const Departed& d : view.departed) assembler.forget(d.member);
    for (const Member& m : view.joined) assembler.forget(m);
    report(view);
}

CorosyncMessaging::CorosyncMessaging(os::Reactor& reactor, CorosyncSettings settings)
    : impl_{std::make_unique<Impl>(reactor, std::move(settings))} {}
CorosyncMessaging::~CorosyncMessaging() = default;

void CorosyncMessaging::start() { impl_->connect(); }

void CorosyncMessaging::leave() {
    impl_->stopped = true;
    if (impl_->cpg) {
        cpg_name name{};
        name.length = static_cast<std::uint32_t>(std::min(impl_->settings.group.size(), sizeof name.value));
        std::memcpy(name.value, impl_->settings.group.data(), name.length);
        cpg_leave(*impl_->cpg, &name);
    }
    impl_->close();
}

Result<void> CorosyncMessaging::broadcast(std::string bytes) {
    if (!impl_->cpg) return fail(ErrorCode::unavailable, "corosync is not connected");
    if (impl_->queued + bytes.size() > kMostSendQueue && impl_->queued > 0) {
        return fail(ErrorCode::unavailable, "the queue to corosync is full");
    }
    for (std::string& part : cut(bytes, ++impl_->messages)) {
        impl_->queued += part.size();
        impl_->queue.push_back(std::move(part));
    }
    impl_->flush();
    return {};
}

void CorosyncMessaging::on_event(std::function<void(const Event&)> handler) { impl_->handler = std::move(handler); }
std::size_t CorosyncMessaging::queued_bytes() const { return impl_->queued; }

}  // namespace muster::cluster
