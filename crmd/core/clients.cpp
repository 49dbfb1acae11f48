// Sessions of clients: greeting, questions, events.  What changes something is in requests.cpp.
#include <algorithm>

#include "base/text.h"
#include "cib/model/write.h"
#include "crmd/core/coordinator_impl.h"
#include "crmd/core/status.h"

namespace muster::crmd {
namespace {

const char* life_text(const NodeFacts& n) {
    switch (n.life) {
        case Life::unseen: return "unseen";
        case Life::up: return n.shutting_down || n.attributes.count("shutdown") != 0 ? "shutdown" : n.joined ? "online" : "pending";
        case Life::crmd_lost: return "crmd-lost";
        case Life::lost: return "lost";
        case Life::down: return "offline";
    }
    return "";
}

proto::FencingInProgress described(const std::string& id, const wire::FencingRecord& r, const State& state) {
    proto::FencingInProgress f;
    f.set_id(id);
    f.set_target(r.target());
    f.set_state(r.state());
    if (const NodeFacts* e = state.node(r.executor()); e != nullptr) f.set_executor(e->name);
    f.set_reason(r.reason());
    f.set_action(r.action());
    f.set_attempt(r.attempt());
    f.set_error(r.error());
    f.set_author(r.author());
    f.set_changed_at(r.stamp_us() / 1'000'000);
    return f;
}

// `wanted` is empty: all of them.
void add_transient(proto::Attributes& out, const NodeFacts& n, const std::map<std::string, std::string>& from, bool is_private,
                   const std::string& wanted) {
    for (const auto& [name, value] : from) {
        if (!wanted.empty() && name != wanted) continue;
        proto::AttributeValue& a = *out.add_attribute();
        a.set_node(n.name);
        a.set_name(name);
        a.set_value(value);
        a.set_lifetime("reboot");
        a.set_private_(is_private);
    }
}

void add_permanent(proto::Attributes& out, const xml::Element& node, const std::string& wanted) {
    for (const xml::Element* set : node.children_named("instance_attributes")) {
        for (const xml::Element* pair : set->children_named("nvpair")) {
            if (!wanted.empty() && pair->get("name") != wanted) continue;
            proto::AttributeValue& a = *out.add_attribute();
            a.set_node(node.get("uname"));
            a.set_name(pair->get("name"));
            a.set_value(pair->get("value"));
            a.set_lifetime("forever");
        }
    }
}

}  // namespace

void Coordinator::Impl::answer(ClientId id, std::uint64_t tag, proto::Message message) {
    message.set_tag(tag);
    std::string bytes;
    message.SerializeToString(&bytes);
    out_.push_back(ToClient{id, std::move(bytes)});
}

void Coordinator::Impl::done(ClientId id, std::uint64_t tag, const std::string& text) {
    proto::Message m;
    m.mutable_done()->set_text(text);
    answer(id, tag, std::move(m));
}

void Coordinator::Impl::refuse(ClientId id, std::uint64_t tag, proto::Code code, const std::string& text) {
    proto::Message m;
    m.mutable_failed()->set_code(code);
    m.mutable_failed()->set_text(text);
    answer(id, tag, std::move(m));
}

void Coordinator::Impl::on_client(const ClientFrame& frame) {
    const auto at = clients_.find(frame.id);
    if (at == clients_.end()) return;
    proto::Message request;
    if (!request.ParseFromString(frame.bytes)) return refuse(frame.id, 0, proto::INVALID, "the frame is not understood");
    serve(frame.id, at->second, request);
}

void Coordinator::Impl::serve(ClientId id, Client& client, const proto::Message& request) {
    using M = proto::Message;
    proto::Message m;
    switch (request.body_case()) {
        case M::kHello: {
            client.program = request.hello().client();
            client.greeted = true;
            proto::HelloAnswer& a = *m.mutable_hello_answer();
            a.set_node(settings_.name);
            a.set_node_id(self_);
            a.set_level(1);
            a.set_may_write(client.may_write);
            a.set_version("muster");
            return answer(id, request.tag(), std::move(m));
        }
        case M::kPing: *m.mutable_pong() = request.ping(); return answer(id, request.tag(), std::move(m));
        case M::kGetCib: *m.mutable_cib_text() = cib_text(request.get_cib().without_status()); return answer(id, request.tag(), std::move(m));
        case M::kGetClusterState: *m.mutable_cluster_state() = cluster_state(); return answer(id, request.tag(), std::move(m));
        case M::kSubscribe:
            client.subscription = request.tag();
            client.wishes = request.subscribe();
            return done(id, request.tag());
        case M::kGetAttributes: return get_attributes(id, request.tag(), request.get_attributes());
        case M::kGetFailCounts: return get_fail_counts(id, request.tag(), request.get_fail_counts());
        case M::kWait: return wait_for_idle(id, request.tag(), request.wait().timeout_ms());
        default: break;
    }
    if (!client.may_write) return refuse(id, request.tag(), proto::PERMISSION, "user " + client.user + " may only look; root and hacluster may change things");
    if (!synced_ && !request.has_commit()) return refuse(id, request.tag(), proto::UNAVAILABLE, "this node has not joined the cluster yet");
    change(id, client, request);
}

proto::CibText Coordinator::Impl::cib_text(bool without_status) const {
    proto::CibText text;
    cib::Cib cib;
    cib::replica::take_document(cib, replica_.committed().document);
    if (!without_status) cib.status = status_of(state_);
    stamp(cib, state_, dc_);
    text.set_xml(cib::write(cib));
    text.set_version(to_string(cib.version()));
    text.set_no_era(!replica_.era().writable);
    return text;
}

proto::ClusterState Coordinator::Impl::cluster_state() const {
    proto::ClusterState s;
    s.set_node(settings_.name);
    if (const NodeFacts* dc = state_.node(dc_); dc != nullptr) s.set_dc(dc->name);
    const cib::replica::Era& era = replica_.era();
    s.set_dc_reason(dc_ != 0 ? dc_reason_ : era.reason);
    s.set_dc_acting(acting_);
    s.set_era(era.leader != 0 ? to_string(era.term) : "");
    const Quorum quorum = quorum_of(state_, dc_ != 0 ? dc_ : self_);
    s.set_quorum(quorum == Quorum::yes ? "yes" : quorum == Quorum::no ? "no" : "unknown");
    for (NodeId n : era.missing) {
        const auto& listed = settings_.replica.nodes;
        const auto named = std::find_if(listed.begin(), listed.end(), [&](const auto& l) { return l.id == n; });
        s.add_voters_missing(named != listed.end() ? named->name : "node " + std::to_string(n));
    }
    describe_members(s);
    for (const auto& [id, r] : state_.fencing) *s.add_fencing() = described(id, r, state_);
    describe_work(s);
    return s;
}

void Coordinator::Impl::describe_members(proto::ClusterState& s) const {
    for (const auto& [id, node] : state_.nodes) {
        proto::Member& m = *s.add_members();
        m.set_id(id);
        m.set_name(node.name);
        m.set_in_view(std::any_of(members_.begin(), members_.end(), [n = id](const auto& x) { return x.node == n; }));
        m.set_in_ring(std::find(ring_nodes_.begin(), ring_nodes_.end(), id) != ring_nodes_.end());
        m.set_joined(node.joined);
        m.set_boot_id(node.boot_id);
        m.set_state(life_text(node));
    }
}

// What the DC does, as it told last.
void Coordinator::Impl::describe_work(proto::ClusterState& s) const {
    s.set_transition(progress_.transition());
    s.set_actions_total(progress_.total());
    s.set_actions_done(progress_.done());
    s.set_actions_in_flight(static_cast<std::uint32_t>(state_.in_flight.size()));
    s.set_idle(dc_ != 0 && synced_ && progress_.idle() && state_.in_flight.empty());
    if (dc_ == self_ || dc_ == 0) for (const std::string& w : waiting_for()) s.add_waiting_for(w);
    else *s.mutable_waiting_for() = progress_.waiting();
    *s.mutable_reasons() = progress_.reasons();
    *s.mutable_messages() = progress_.messages();
}

void Coordinator::Impl::get_attributes(ClientId id, std::uint64_t tag, const proto::GetAttributes& request) {
    proto::Message m;
    proto::Attributes& out = *m.mutable_attributes();
    const std::string node = request.node().empty() && !request.all_nodes() ? settings_.name : request.node();
    if (request.lifetime() != "forever") {
        for (const auto& [nid, n] : state_.nodes) {
            if (!node.empty() && n.name != node) continue;
            add_transient(out, n, n.attributes, false, request.name());
            add_transient(out, n, n.private_attributes, true, request.name());
        }
    }
    const xml::Element* configuration = replica_.committed().document.child("configuration");
    const xml::Element* nodes = configuration != nullptr ? configuration->child("nodes") : nullptr;
    if (request.lifetime() != "reboot" && nodes != nullptr) {
        for (const xml::Element& n : nodes->children()) {
            if (node.empty() || n.get("uname") == node) add_permanent(out, n, request.name());
        }
    }
    answer(id, tag, std::move(m));
}

void Coordinator::Impl::get_fail_counts(ClientId id, std::uint64_t tag, const proto::GetFailCounts& request) {
    proto::Message m;
    proto::Attributes& out = *m.mutable_attributes();
    const std::string prefix = "fail-count-" + (request.resource().empty() ? "" : request.resource() + "#");
    for (const auto& [nid, n] : state_.nodes) {
        if (!request.node().empty() && n.name != request.node()) continue;
        for (const auto& [name, value] : n.attributes) {
            if (!starts_with(name, prefix)) continue;
            proto::AttributeValue& a = *out.add_attribute();
            a.set_node(n.name);
            a.set_name(name);
            a.set_value(value);
        }
    }
    answer(id, tag, std::move(m));
}

void Coordinator::Impl::tell_subscribers(const Applied& what) {
    if (!what.changed && what.events.empty()) return;
    for (const auto& [id, client] : clients_) {
        if (!client.subscription) continue;
        proto::Message m;
        proto::Event& e = *m.mutable_event();
        e.set_cib_version(to_string(replica_.committed().version()));
        e.set_status_changed(what.changed);
        e.set_cluster_changed(!what.events.empty());
        for (const std::string& text : what.events) e.set_text(e.text().empty() ? text : e.text() + "; " + text);
        answer(id, *client.subscription, std::move(m));
    }
}

void Coordinator::Impl::tell_cib_changed() {
    for (const auto& [id, client] : clients_) {
        if (!client.subscription) continue;
        proto::Message m;
        m.mutable_event()->set_cib_version(to_string(replica_.committed().version()));
        answer(id, *client.subscription, std::move(m));
    }
}

// Answered when everything ordered before has had its effect: a mark in the agreed order, seen by an idle DC.
void Coordinator::Impl::wait_for_idle(ClientId id, std::uint64_t tag, std::int64_t timeout_ms) {
    const std::string mark = std::to_string(self_) + "." + std::to_string(settings_.incarnation) + "." + std::to_string(next_mark_++);
    const Instant until = now_.monotonic + milliseconds{timeout_ms > 0 ? timeout_ms : 60'000};
    waits_[mark] = Asked{id, tag, until, ""};
    wake_at(until);
    wire::Wire w;
    w.mutable_wait_mark()->set_id(mark);
    broadcast(w);
}

void Coordinator::Impl::on_idle_reached(const wire::IdleReached& reached) {
    for (const std::string& mark : reached.ids()) {
        marks_.erase(mark);
        const auto at = waits_.find(mark);
        if (at == waits_.end()) continue;
        done(at->second.client, at->second.tag);
        waits_.erase(at);
    }
}

}  // namespace muster::crmd
