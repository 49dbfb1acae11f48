// What the journal's entries build: the document, the voters, and which requests have been carried out.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "base/xml/element.h"
#include "cib/model/cib.h"
#include "cib/replica/types.h"

namespace muster::cib::replica {

inline constexpr std::size_t kRequestsRemembered = 64;  // for each session
inline constexpr std::size_t kSessionsRemembered = 512;

struct Done {
    std::uint64_t index = 0;  // of the entry
    Version version;          // of the document after it
    std::string result;
};

// Answers a repeated request instead of carrying it out twice; a part of the replicated state.
class RequestTable {
  public:
    enum class Answer { fresh, done, too_old };
    Answer look_up(const RequestId& id, const Done** done) const;
    void add(const RequestId& id, Done done);
    struct Session {
        std::uint64_t last_index = 0;
        std::map<std::uint64_t, Done> done;
    };
    const std::map<std::uint64_t, Session>& sessions() const { return sessions_; }
    void restore(std::map<std::uint64_t, Session> sessions) { sessions_ = std::move(sessions); }

  private:
    std::map<std::uint64_t, Session> sessions_;
};

struct State {
    xml::Element document{"cib"};  // attributes and <configuration>; the status is volatile and not in here
    Voters voters;
    RequestTable requests;
    Position last;   // of the entry that made this state
    WallTime stamp;  // replicated time never goes back
    std::uint64_t digest() const { return document.hash(); }
    Version version() const;
};

// The next entry: index, previous term and both digests must fit.  All or nothing.
Result<void> apply(State& state, const Entry& entry);

Version version_of_document(const xml::Element& document);
void set_version(xml::Element& document, const Version& version);
// Between the journal's document and the typed CIB (whose status stays the caller's).
xml::Element document_of(const Cib& cib);
void take_document(Cib& cib, const xml::Element& document);

}  // namespace muster::cib::replica
