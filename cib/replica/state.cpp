#include "cib/replica/state.h"

#include <utility>

#include "base/digest.h"
#include "base/text.h"

namespace muster::cib::replica {

std::string to_string(const Term& term) {
    return std::to_string(term.number) + "." + std::to_string(term.node);
}

RequestTable::Answer RequestTable::look_up(const RequestId& id, const Done** done) const {
    const auto session = sessions_.find(id.session);
    if (session == sessions_.end()) return Answer::fresh;
    const auto& table = session->second.done;
    if (const auto it = table.find(id.sequence); it != table.end()) {
        if (done) *done = &it->second;
        return Answer::done;
    }
    // Below what is remembered: it may have been carried out and forgotten.
    if (table.size() >= kRequestsRemembered && id.sequence < table.begin()->first) return Answer::too_old;
    return Answer::fresh;
}

void RequestTable::add(const RequestId& id, Done done) {
    Session& session = sessions_[id.session];
    session.last_index = done.index;
    session.done[id.sequence] = std::move(done);
    while (session.done.size() > kRequestsRemembered) session.done.erase(session.done.begin());
    while (sessions_.size() > kSessionsRemembered) {
        auto oldest = sessions_.begin();
        for (auto it = sessions_.begin(); it != sessions_.end(); ++it) {
            if (it->second.last_index < oldest->second.last_index) oldest = it;
        }
        sessions_.erase(oldest);
    }
}

namespace {
std::int64_t number(const xml::Element& document, std::string_view attribute) {
    const std::string* text = document.find(attribute);
    return text ? parse_int(*text).value_or(0) : 0;
}
}  // namespace

Version version_of_document(const xml::Element& d) {
    return {number(d, "admin_epoch"), number(d, "epoch"), number(d, "num_updates")};
}

void set_version(xml::Element& document, const Version& v) {
    document.set("admin_epoch", std::to_string(v.admin_epoch));
    document.set("epoch", std::to_string(v.epoch));
    document.set("num_updates", std::to_string(v.num_updates));
}

Version State::version() const { return version_of_document(document); }

Result<void> apply(State& state, const Entry& entry) {
    const std::string which = "journal entry " + to_string(entry.term) + "/" + std::to_string(entry.index);
    if (entry.index != state.last.index + 1 || entry.prev_term != state.last.term) {
        return fail(ErrorCode::internal, which + " does not follow " + to_string(state.last.term) + "/" +
                                             std::to_string(state.last.index));
    }
    if (state.digest() != entry.digest_before) {
        return fail(ErrorCode::internal, which + ": the document before it has digest " +
                                             to_hex(state.digest()) + ", expected " +
                                             to_hex(entry.digest_before));
    }
    xml::Element document = state.document;
    if (auto applied = cib::apply(document, entry.patch); !applied) return applied;
    if (document.hash() != entry.digest_after) {
        return fail(ErrorCode::internal, which + ": the document after it has digest " +
                                             to_hex(document.hash()) + ", expected " +
                                             to_hex(entry.digest_after));
    }
    state.document = std::move(document);
    if (!entry.voters.empty()) state.voters = entry.voters;
    if (entry.request.session != 0) {
        state.requests.add(entry.request, Done{entry.index, state.version(), entry.result});
    }
    state.last = entry.position();
    if (state.stamp < entry.stamp) state.stamp = entry.stamp;
    return {};
}

xml::Element document_of(const Cib& cib) {
    xml::Element document{"cib", cib.attributes};
    document.add(cib.configuration);
    return document;
}

void take_document(Cib& cib, const xml::Element& document) {
    cib.attributes = document.attributes();
    const xml::Element* configuration = document.child("configuration");
    cib.configuration = configuration ? *configuration : xml::Element{"configuration"};
}

}  // namespace muster::cib::replica
