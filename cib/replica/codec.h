// Between our values and replica.proto's: private to the encoders.
#pragma once

#include "base/result.h"
#include "cib/replica/replica.pb.h"
#include "cib/replica/state.h"
#include "cib/replica/types.h"

namespace muster::cib::replica::wire {

inline void put(proto::Term& out, const Term& t) {
    out.set_number(t.number);
    out.set_node(t.node);
}
inline Term get(const proto::Term& t) { return {t.number(), t.node()}; }
inline void put(proto::Position& out, const Position& p) {
    put(*out.mutable_term(), p.term);
    out.set_index(p.index);
}
inline Position get(const proto::Position& p) { return {get(p.term()), p.index()}; }
inline void put(proto::RequestId& out, const RequestId& r) {
    out.set_session(r.session);
    out.set_sequence(r.sequence);
}
inline RequestId get(const proto::RequestId& r) { return {r.session(), r.sequence()}; }

template <typename Repeated>
void put_voters(Repeated& out, const Voters& voters) {
    for (const Voter& v : voters) {
        auto& x = *out.Add();
        x.set_node(v.node);
        x.set_uuid(v.uuid);
        x.set_votes(v.votes);
    }
}
template <typename Repeated>
Voters get_voters(const Repeated& in) {
    Voters voters;
    for (const auto& v : in) voters.push_back(Voter{v.node(), v.uuid(), v.votes()});
    return voters;
}

void put(proto::Tree& out, const xml::Element& tree);
Result<xml::Element> get(const proto::Tree& tree);
void put(proto::Entry& out, const Entry& entry);
Result<Entry> get(const proto::Entry& entry);
void put(proto::Done& out, std::uint64_t sequence, const Done& done);
Done get(const proto::Done& done);
void put(proto::State& out, const State& state);
Result<State> get(const proto::State& state);

}  // namespace muster::cib::replica::wire
