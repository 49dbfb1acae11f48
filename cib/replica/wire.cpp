#include "cib/replica/wire.h"

#include <type_traits>
#include <utility>

#include "cib/replica/codec.h"

namespace muster::cib::replica::wire {
namespace {

void put_body(proto::Message& m, const Hello& b) {
    auto& out = *m.mutable_hello();
    put(*out.mutable_last(), b.last);
    out.set_blank(b.blank);
    out.set_failed(b.failed);
    out.set_leading(b.leading);
}
void put_body(proto::Message& m, const Collect&) { m.mutable_collect(); }
void put_body(proto::Message& m, const StateReport& b) {
    auto& out = *m.mutable_state();
    put(*out.mutable_last(), b.last);
    put(*out.mutable_warm(), b.warm);
    out.set_blank(b.blank);
    out.set_failed(b.failed);
}
void put_body(proto::Message& m, const Append& b) {
    auto& out = *m.mutable_append();
    out.set_to(b.to);
    put(*out.mutable_prev(), b.prev);
    if (b.snapshot) put(*out.mutable_snapshot(), *b.snapshot);
    for (const Entry& e : b.entries) put(*out.add_entries(), e);
    out.set_committed(b.committed);
}
void put_body(proto::Message& m, const Durable& b) { m.mutable_durable()->set_index(b.index); }
void put_body(proto::Message& m, const Need& b) {
    auto& out = *m.mutable_need();
    out.set_leader(b.leader);
    out.set_common(b.common);
    put(*out.mutable_last(), b.last);
}
void put_body(proto::Message& m, const Beat& b) {
    auto& out = *m.mutable_beat();
    put(*out.mutable_last(), b.last);
    out.set_committed(b.committed);
}
void put_body(proto::Message& m, const ClientRequest& b) {
    auto& out = *m.mutable_request();
    put(*out.mutable_id(), b.id);
    out.set_author(b.author);
    out.set_client(b.client);
    out.set_operation(b.operation);
}
void put_body(proto::Message& m, const Refusal& b) {
    auto& out = *m.mutable_refusal();
    put(*out.mutable_id(), b.id);
    out.set_done(b.outcome.has_value());
    if (b.outcome) {
        put(*out.mutable_outcome(), b.id.sequence, *b.outcome);
    } else {
        out.set_code(static_cast<std::uint32_t>(b.outcome.error().code));
        out.set_message(b.outcome.error().message);
    }
}
void put_body(proto::Message& m, const Fetch& b) {
    auto& out = *m.mutable_fetch();
    out.set_from(b.from);
    out.set_common(b.common);
    put(*out.mutable_last(), b.last);
}

template <typename Repeated>
Result<std::vector<Entry>> get_entries(const Repeated& in) {
    std::vector<Entry> entries;
    for (const auto& e : in) {
        auto entry = get(e);
        if (!entry) return tl::make_unexpected(entry.error());
        entries.push_back(std::move(*entry));
    }
    return entries;
}

Result<Body> get_append(const proto::Append& in) {
    Append a;
    a.to = in.to();
    a.prev = get(in.prev());
    a.committed = in.committed();
    if (in.has_snapshot()) {
        auto state = get(in.snapshot());
        if (!state) return tl::make_unexpected(state.error());
        a.snapshot = std::move(*state);
    }
    auto entries = get_entries(in.entries());
    if (!entries) return tl::make_unexpected(entries.error());
    a.entries = std::move(*entries);
    return Body{std::move(a)};
}

Body get_refusal(const proto::Refusal& in) {
    Refusal r;
    r.id = get(in.id());
    if (in.done()) {
        r.outcome = get(in.outcome());
    } else {
        const auto known = in.code() <= static_cast<std::uint32_t>(ErrorCode::internal);
        r.outcome = fail(known ? static_cast<ErrorCode>(in.code()) : ErrorCode::internal, in.message());
    }
    return r;
}

Result<Body> get_body(const proto::Message& m) {
    switch (m.body_case()) {
        case proto::Message::kHello:
            return Body{
                Hello{get(m.hello().last()), m.hello().blank(), m.hello().failed(), m.hello().leading()}};
        case proto::Message::kCollect:
            return Body{Collect{}};
        case proto::Message::kState:
            return Body{StateReport{get(m.state().last()), get(m.state().warm()), m.state().blank(),
                                    m.state().failed()}};
        case proto::Message::kAppend:
            return get_append(m.append());
        case proto::Message::kDurable:
            return Body{Durable{m.durable().index()}};
        case proto::Message::kNeed:
            return Body{Need{m.need().leader(), m.need().common(), get(m.need().last())}};
        case proto::Message::kBeat:
            return Body{Beat{get(m.beat().last()), m.beat().committed()}};
        case proto::Message::kRequest:
            return Body{ClientRequest{get(m.request().id()), m.request().author(), m.request().client(),
                                      m.request().operation()}};
        case proto::Message::kRefusal:
            return get_refusal(m.refusal());
        case proto::Message::kFetch:
            return Body{Fetch{m.fetch().from(), m.fetch().common(), get(m.fetch().last())}};
        case proto::Message::BODY_NOT_SET:
            break;
    }
    return fail("a message of a kind that this version does not know is left out");  // no effect is lost by that
}

}  // namespace

std::string encode(const Message& message) {
    proto::Message m;
    m.set_cluster_uuid(message.cluster_uuid);
    m.set_uuid(message.uuid);
    put(*m.mutable_term(), message.term);
    std::visit([&](const auto& body) { put_body(m, body); }, message.body);
    return m.SerializeAsString();
}

Result<Message> decode(std::string_view bytes) {
    proto::Message m;
    if (!m.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return fail("a message is garbled");
    auto body = get_body(m);
    if (!body) return tl::make_unexpected(body.error());
    return Message{m.cluster_uuid(), m.uuid(), get(m.term()), std::move(*body)};
}

std::string encode(const Record& record) {
    proto::Record r;
    r.set_cluster_uuid(record.cluster_uuid);
    r.set_uuid(record.uuid);
    if (record.promised) put(*r.mutable_promised(), *record.promised);
    r.set_cut(record.cut_after.has_value());
    r.set_cut_after(record.cut_after.value_or(0));
    for (const Entry& e : record.entries) put(*r.add_entries(), e);
    r.set_committed(record.committed);
    return r.SerializeAsString();
}

Result<Record> decode_record(std::string_view bytes) {
    proto::Record r;
    if (!r.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return fail("a journal record is garbled");
    Record record;
    record.cluster_uuid = r.cluster_uuid();
    record.uuid = r.uuid();
    if (r.has_promised()) record.promised = get(r.promised());
    if (r.cut()) record.cut_after = r.cut_after();
    auto entries = get_entries(r.entries());
    if (!entries) return tl::make_unexpected(entries.error());
    record.entries = std::move(*entries);
    record.committed = r.committed();
    return record;
}

std::string encode(const SnapshotFile& snapshot) {
    proto::SnapshotFile s;
    s.set_generation(snapshot.generation);
    s.set_cluster_uuid(snapshot.cluster_uuid);
    s.set_uuid(snapshot.uuid);
    put(*s.mutable_promised(), snapshot.promised);
    put(*s.mutable_state(), snapshot.state);
    return s.SerializeAsString();
}

Result<SnapshotFile> decode_snapshot(std::string_view bytes) {
    proto::SnapshotFile s;
    if (!s.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return fail("the snapshot is garbled");
    auto state = get(s.state());
    if (!state) return tl::make_unexpected(state.error());
    return SnapshotFile{s.generation(), s.cluster_uuid(), s.uuid(), get(s.promised()), std::move(*state)};
}

std::size_t size_of(const Entry& entry) {
    std::size_t bytes = 128 + entry.result.size();
    for (const Step& s : entry.patch.steps) bytes += 64 + s.value.size() + 256 * s.subtree.children().size();
    return bytes;
}

}  // namespace muster::cib::replica::wire
