// Clients' requests that change something: commits, attributes, cleanup, fencing, leaving.
#include <algorithm>
#include <regex>

#include "base/text.h"
#include "base/xml/write.h"
#include "crmd/core/coordinator_impl.h"

namespace muster::crmd {
namespace {

constexpr Duration kEchoWithin = seconds{20};

proto::Code code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid: return proto::INVALID;
        case ErrorCode::not_found: return proto::NOT_FOUND;
        case ErrorCode::exists: return proto::EXISTS;
        case ErrorCode::old: return proto::OLD;
        case ErrorCode::permission: return proto::PERMISSION;
        case ErrorCode::unavailable: return proto::UNAVAILABLE;
        case ErrorCode::timeout: return proto::TIMEOUT;
        case ErrorCode::io: return proto::IO;
        case ErrorCode::unsupported: return proto::UNSUPPORTED;
        case ErrorCode::internal: return proto::INTERNAL;
    }
    return proto::INTERNAL;
}

// A permanent attribute of a node: an nvpair below its <node>, made as needed.
proto::Commit permanent(const proto::SetAttribute& r, const std::string& node, NodeId id, const xml::Element& document) {
    const std::string set_name = r.set_type().empty() ? "instance_attributes" : r.set_type();
    const std::string set_id = "nodes-" + std::to_string(id) + (set_name == "utilization" ? "-utilization" : "");
    xml::Element pair{"nvpair", {{"id", set_id + "-" + r.name()}, {"name", r.name()}, {"value", r.value()}}};
    // An nvpair of that name that somebody else made is changed where it stands.
    const xml::Element* configuration = document.child("configuration");
    const xml::Element* nodes = configuration != nullptr ? configuration->child("nodes") : nullptr;
    if (nodes != nullptr) {
        for (const xml::Element& n : nodes->children()) {
            if (n.get("uname") != node) continue;
            for (const xml::Element* set : n.children_named(set_name)) {
                for (const xml::Element* p : set->children_named("nvpair")) {
                    if (p->get("name") == r.name()) pair.set("id", p->id());
                }
            }
        }
    }
    proto::Commit commit;
    proto::Operation& op = *commit.mutable_operations()->add_operation();
    if (r.unset()) {
        op.set_verb("delete");
        op.set_section("nodes");
        op.set_input_xml(xml::write_compact(xml::Element{"nvpair", {{"id", pair.id()}}}));
        return commit;
    }
    xml::Element element{"node", {{"id", std::to_string(id)}, {"uname", node}}};
    xml::Element& set = element.add(xml::Element{set_name, {{"id", set_id}}});
    set.add(pair);
    op.set_verb("modify");
    op.set_section("nodes");
    op.set_allow_create(true);
    op.set_expand_score(r.expand());
    op.set_input_xml(xml::write_compact(element));
    return commit;
}

// The one it names, or those of the node that its pattern fits.
Result<std::vector<std::string>> names_meant(const proto::SetAttribute& request, const NodeFacts& node) {
    if (request.pattern().empty()) return std::vector<std::string>{request.name()};
    std::vector<std::string> names;
    try {
        const std::regex pattern{request.pattern(), std::regex::extended};
        for (const auto& [name, value] : node.attributes) if (std::regex_search(name, pattern)) names.push_back(name);
    } catch (const std::regex_error&) {
        return fail(ErrorCode::invalid, "`" + request.pattern() + "` is not a regular expression");
    }
    return names;
}

wire::Wire forget_of(const proto::Cleanup& c) {
    wire::Wire w;
    wire::Forget& forget = *w.mutable_forget();
    forget.set_resource(c.resource());
    forget.set_node(c.node());
    forget.set_operation(c.operation());
    forget.set_interval_ms(c.interval_ms());
    forget.set_all_history(c.all_history());
    return w;
}

wire::Wire fail_count_of(const proto::SetFailCount& f, const std::string& here) {
    wire::Wire w;
    const std::string node = f.node().empty() ? here : f.node();
    if (f.value().empty() || f.value() == "0") {
        w.mutable_clear_fail_count()->set_resource(f.resource());
        w.mutable_clear_fail_count()->set_node(node);
        w.mutable_clear_fail_count()->set_operation(f.operation());
        w.mutable_clear_fail_count()->set_interval_ms(f.interval_ms());
        return w;
    }
    const std::string op = f.operation().empty() ? "monitor" : f.operation();
    w.mutable_attribute()->set_node(node);
    w.mutable_attribute()->set_name("fail-count-" + f.resource() + "#" + op + "_" + std::to_string(f.interval_ms()));
    w.mutable_attribute()->set_value(f.value());
    return w;
}

wire::Wire fence_of(const proto::Fence& f, const std::string& record, const std::string& author) {
    wire::Wire w;
    wire::FenceWanted& wanted = *w.mutable_fence_wanted();
    wanted.set_id(record);
    wanted.set_target(f.node());
    wanted.set_action(f.action());
    wanted.set_reason(f.reason());
    wanted.set_author(author);
    wanted.set_timeout_ms(f.timeout_ms());
    return w;
}

wire::AttributeChange attribute_change(const proto::SetAttribute& request, const std::string& node, const std::string& name) {
    wire::AttributeChange c;
    c.set_node(node);
    c.set_name(name);
    c.set_value(request.value());
    c.set_unset(request.unset());
    c.set_private_(request.private_());
    c.set_expand(request.expand());
    return c;
}

}  // namespace

void Coordinator::Impl::change(ClientId id, Client& client, const proto::Message& request) {
    using M = proto::Message;
    const std::uint64_t tag = request.tag();
    switch (request.body_case()) {
        case M::kCommit: return commit(id, client, tag, request.commit());
        case M::kSetAttribute: return set_attribute(id, client, tag, request.set_attribute());
        case M::kCleanup: {
            const std::string& node = request.cleanup().node();
            if (!node.empty() && state_.node(node) == nullptr) return refuse(id, tag, proto::NOT_FOUND, "node " + node + " is not known");
            return echo_later(id, tag, forget_of(request.cleanup()));
        }
        case M::kSetFailCount: return echo_later(id, tag, fail_count_of(request.set_fail_count(), settings_.name));
        case M::kFence: return fence(id, client, tag, request.fence());
        case M::kConfirmFenced: return confirm_fenced(id, client, tag, request.confirm_fenced());
        case M::kStartAbsent: {
            wire::Wire w;
            for (const std::string& n : request.start_absent().nodes()) w.mutable_started()->add_absent(n);
            return echo_later(id, tag, w);
        }
        case M::kStopNode: return shut_down(id, tag, request.stop_node().node(), false);
        case M::kCancelStop: return shut_down(id, tag, "", true);
        default: return refuse(id, tag, proto::UNSUPPORTED, "this crmd does not know that request");
    }
}

// Said to all; the answer goes out when it comes back in the agreed order.
void Coordinator::Impl::echo_later(ClientId id, std::uint64_t tag, const wire::Wire& w) {
    echoes_.push_back(Asked{id, tag, now_.monotonic + kEchoWithin, std::to_string(static_cast<int>(w.body_case()))});
    wake_at(echoes_.back().until);
    broadcast(w);
}

void Coordinator::Impl::answer_echo(const wire::Wire& m) {
    const auto at = std::find_if(echoes_.begin(), echoes_.end(),
                                 [&](const Asked& a) { return a.what == std::to_string(static_cast<int>(m.body_case())); });
    if (at == echoes_.end()) return;
    done(at->client, at->tag);
    echoes_.erase(at);
}

void Coordinator::Impl::fence(ClientId id, const Client& client, std::uint64_t tag, const proto::Fence& request) {
    const std::string record =
        "asked." + std::to_string(self_) + "." + std::to_string(settings_.incarnation) + "." + std::to_string(next_mark_++);
    const Duration patience = milliseconds{request.timeout_ms() > 0 ? request.timeout_ms() : 120'000};
    fences_[record] = Asked{id, tag, now_.monotonic + patience, request.node()};
    wake_at(fences_[record].until);
    broadcast(fence_of(request, record, client.user));
}

void Coordinator::Impl::confirm_fenced(ClientId id, const Client& client, std::uint64_t tag, const proto::ConfirmFenced& request) {
    const NodeFacts* target = state_.node(request.node());
    if (target != nullptr && target->life == Life::up)
        return refuse(id, tag, proto::INVALID, target->name + " is a member of the cluster right now: it is not off");
    wire::Wire w;
    w.mutable_fence_confirm()->set_target(request.node());
    w.mutable_fence_confirm()->set_author(client.user);
    echo_later(id, tag, w);
}

void Coordinator::Impl::shut_down(ClientId id, std::uint64_t tag, const std::string& named, bool cancel) {
    const std::string& node = named.empty() ? settings_.name : named;
    if (state_.node(node) == nullptr) return refuse(id, tag, proto::NOT_FOUND, "node " + node + " is not known");
    wire::Wire w;
    w.mutable_shutdown()->set_node(node);
    w.mutable_shutdown()->set_stamp_us(now_.wall.us);
    w.mutable_shutdown()->set_cancel(cancel);
    echo_later(id, tag, w);
}

void Coordinator::Impl::commit(ClientId id, const Client& client, std::uint64_t tag, const proto::Commit& request) {
    const std::uint64_t handle = next_handle_++;
    commits_[handle] = Asked{id, tag, now_.monotonic + minutes{2}, ""};
    std::string bytes;
    request.SerializeToString(&bytes);
    feed(cib::replica::ClientRequest{handle, {request.author().empty() ? client.user : request.author(), client.program, std::move(bytes)}});
}

void Coordinator::Impl::on_commit_answer(const cib::replica::Answer& told) {
    const auto at = commits_.find(told.handle);
    if (told.handle == 0 && !told.outcome) log(LogLevel::warning, "a change of this node's own was refused: " + told.outcome.error().message);
    if (at == commits_.end()) return;
    const Asked asked = at->second;
    commits_.erase(at);
    if (!told.outcome) return refuse(asked.client, asked.tag, code_of(told.outcome.error().code), told.outcome.error().message);
    if (asked.what == "done") return done(asked.client, asked.tag);
    proto::Message m;
    m.mutable_committed()->set_version(to_string(told.outcome->version));
    m.mutable_committed()->set_changed(told.outcome->result != "unchanged");
    answer(asked.client, asked.tag, std::move(m));
}

void Coordinator::Impl::set_attribute(ClientId id, Client& client, std::uint64_t tag, const proto::SetAttribute& request) {
    const std::string node = request.node().empty() ? settings_.name : request.node();
    const NodeFacts* facts = state_.node(node);
    if (facts == nullptr) return refuse(id, tag, proto::NOT_FOUND, "node " + node + " is not known");
    const auto names = names_meant(request, *facts);
    if (!names) return refuse(id, tag, code_of(names.error().code), names.error().message);
    if (names->empty()) return done(id, tag);
    if (request.lifetime() == "forever") {
        const std::uint64_t before = next_handle_;
        commit(id, client, tag, permanent(request, node, facts->id, replica_.committed().document));
        if (const auto at = commits_.find(before); at != commits_.end()) at->second.what = "done";
        return;
    }
    if (request.dampen_ms() > 0) {
        for (const std::string& name : *names) dampen(attribute_change(request, node, name), milliseconds{request.dampen_ms()});
        return done(id, tag);
    }
    for (const std::string& name : *names) {
        wire::Wire w;
        *w.mutable_attribute() = attribute_change(request, node, name);
        echo_later(&name == &names->back() ? id : 0, tag, w);  // the last one's echo is the answer
    }
}

// The first change of a pause sets its end; what comes until then replaces it.
void Coordinator::Impl::dampen(const wire::AttributeChange& change, Duration pause) {
    auto& slot = dampened_[change.node() + "/" + change.name()];
    const Instant due = now_.monotonic + pause;
    slot.due = slot.change.node().empty() ? due : std::min(slot.due, due);
    slot.change = change;
    wake_at(slot.due);
}

void Coordinator::Impl::tell_dampened() {
    for (auto at = dampened_.begin(); at != dampened_.end();) {
        if (now_.monotonic < at->second.due) {
            wake_at(at->second.due);
            ++at;
            continue;
        }
        wire::Wire w;
        *w.mutable_attribute() = at->second.change;
        broadcast(w);
        at = dampened_.erase(at);
    }
}

// Answers that did not come in time.
void Coordinator::Impl::expire_asked() {
    const auto expire = [&](auto& map, const std::string& text) {
        for (auto at = map.begin(); at != map.end();) {
            if (now_.monotonic < at->second.until) {
                wake_at(at->second.until);
                ++at;
                continue;
            }
            refuse(at->second.client, at->second.tag, proto::TIMEOUT, text);
            at = map.erase(at);
        }
    };
    expire(waits_, "the cluster is not idle yet");
    expire(fences_, "the fencing has not ended yet; it goes on");
    while (!echoes_.empty() && now_.monotonic >= echoes_.front().until) {
        refuse(echoes_.front().client, echoes_.front().tag, proto::TIMEOUT, "the request did not come back in the agreed order; it may still be carried out");
        echoes_.erase(echoes_.begin());
    }
    if (!echoes_.empty()) wake_at(echoes_.front().until);
}

}  // namespace muster::crmd
