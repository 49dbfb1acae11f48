#include "cib/replica/codec.h"

#include <map>
#include <utility>

namespace muster::cib::replica::wire {
namespace {

constexpr int kDeepest = 256;

void put_node(proto::Tree& out, const xml::Element& e) {
    proto::Node& n = *out.add_nodes();
    n.set_comment(e.is_comment());
    n.set_name(e.name());
    n.set_text(e.text());
    for (const auto& a : e.attributes()) {
        proto::Attribute& x = *n.add_attributes();
        x.set_name(a.name);
        x.set_value(a.value);
    }
    n.set_children(static_cast<std::uint32_t>(e.children().size()));
    for (const auto& c : e.children()) put_node(out, c);
}

Result<xml::Element> get_node(const proto::Tree& tree, int& at, int depth) {
    if (at >= tree.nodes_size() || depth > kDeepest) return fail("a document tree is cut short or too deep");
    const proto::Node& n = tree.nodes(at++);
    if (n.comment()) return xml::Element::comment(n.text());
    std::vector<xml::Attribute> attributes;
    attributes.reserve(static_cast<std::size_t>(n.attributes_size()));
    for (const auto& a : n.attributes()) attributes.push_back({a.name(), a.value()});
    xml::Element e{n.name(), std::move(attributes)};
    if (!n.text().empty()) e.set_text(n.text());
    for (std::uint32_t i = 0; i < n.children(); ++i) {
        auto child = get_node(tree, at, depth + 1);
        if (!child) return child;
        e.add(std::move(*child));
    }
    return e;
}

void put_step(proto::Step& out, const Step& s) {
    out.set_kind(static_cast<proto::Step::Kind>(s.kind));
    for (const auto p : s.path) out.add_path(p);
    out.set_name(s.name);
    out.set_id(s.id);
    out.set_attribute(s.attribute);
    out.set_value(s.value);
    out.set_position(s.position);
    out.set_to(s.to);
    if (s.kind == StepKind::insert) put(*out.mutable_subtree(), s.subtree);
}

Result<Step> get_step(const proto::Step& in) {
    if (!proto::Step::Kind_IsValid(in.kind())) {
        return fail(ErrorCode::unsupported, "a change has a kind of step that this version does not know");
    }
    Step s;
    s.kind = static_cast<StepKind>(in.kind());
    s.path.assign(in.path().begin(), in.path().end());
    s.name = in.name();
    s.id = in.id();
    s.attribute = in.attribute();
    s.value = in.value();
    s.position = in.position();
    s.to = in.to();
    if (s.kind == StepKind::insert) {
        auto subtree = get(in.subtree());
        if (!subtree) return tl::make_unexpected(subtree.error());
        s.subtree = std::move(*subtree);
    }
    return s;
}

}  // namespace

void put(proto::Tree& out, const xml::Element& tree) { put_node(out, tree); }

Result<xml::Element> get(const proto::Tree& tree) {
    int at = 0;
    auto root = get_node(tree, at, 0);
    if (root && at != tree.nodes_size()) return fail("a document tree has more than one root");
    return root;
}

void put(proto::Entry& out, const Entry& e) {
    put(*out.mutable_at(), e.position());
    put(*out.mutable_prev_term(), e.prev_term);
    out.set_kind(static_cast<proto::Entry::Kind>(e.kind));
    for (const Step& s : e.patch.steps) put_step(*out.add_steps(), s);
    out.set_digest_before(e.digest_before);
    out.set_digest_after(e.digest_after);
    put_voters(*out.mutable_voters(), e.voters);
    out.set_survivors(e.survivors);
    put(*out.mutable_request(), e.request);
    out.set_author(e.author);
    out.set_client(e.client);
    out.set_result(e.result);
    out.set_stamp_us(e.stamp.us);
}

Result<Entry> get(const proto::Entry& in) {
    if (!proto::Entry::Kind_IsValid(in.kind())) {
        return fail(ErrorCode::unsupported,
                    "the journal has a kind of entry that this version does not know");
    }
    Entry e;
    e.term = get(in.at().term());
    e.index = in.at().index();
    e.prev_term = get(in.prev_term());
    e.kind = static_cast<EntryKind>(in.kind());
    for (const auto& s : in.steps()) {
        auto step = get_step(s);
        if (!step) return tl::make_unexpected(step.error());
        e.patch.steps.push_back(std::move(*step));
    }
    e.digest_before = in.digest_before();
    e.digest_after = in.digest_after();
    e.voters = get_voters(in.voters());
    e.survivors = in.survivors();
    e.request = get(in.request());
    e.author = in.author();
    e.client = in.client();
    e.result = in.result();
    e.stamp = WallTime{in.stamp_us()};
    return e;
}

void put(proto::Done& out, std::uint64_t sequence, const Done& d) {
    out.set_sequence(sequence);
    out.set_index(d.index);
    out.set_admin_epoch(d.version.admin_epoch);
    out.set_epoch(d.version.epoch);
    out.set_num_updates(d.version.num_updates);
    out.set_result(d.result);
}

Done get(const proto::Done& d) {
    return Done{d.index(), Version{d.admin_epoch(), d.epoch(), d.num_updates()}, d.result()};
}

void put(proto::State& out, const State& s) {
    put(*out.mutable_document(), s.document);
    put_voters(*out.mutable_voters(), s.voters);
    for (const auto& [id, session] : s.requests.sessions()) {
        proto::Session& x = *out.add_sessions();
        x.set_session(id);
        x.set_last_index(session.last_index);
        for (const auto& [sequence, done] : session.done) put(*x.add_done(), sequence, done);
    }
    put(*out.mutable_last(), s.last);
    out.set_stamp_us(s.stamp.us);
}

Result<State> get(const proto::State& in) {
    auto document = get(in.document());
    if (!document) return tl::make_unexpected(document.error());
    State s;
    s.document = std::move(*document);
    s.voters = get_voters(in.voters());
    std::map<std::uint64_t, RequestTable::Session> sessions;
    for (const auto& x : in.sessions()) {
        RequestTable::Session& session = sessions[x.session()];
        session.last_index = x.last_index();
        for (const auto& d : x.done()) session.done[d.sequence()] = get(d);
    }
    s.requests.restore(std::move(sessions));
    s.last = get(in.last());
    s.stamp = WallTime{in.stamp_us()};
    return s;
}

}  // namespace muster::cib::replica::wire
