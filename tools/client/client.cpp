#include "tools/client/client.h"

#include <fmt/format.h>

#include <cstdlib>
#include <deque>

#include "base/xml/write.h"
#include "cib/model/read.h"
#include "crmd/protocol/crmd.pb.h"

namespace muster::client {
namespace {

namespace proto = crmd::proto;

ErrorCode code_of(proto::Code code) {
    switch (code) {
        case proto::NOT_FOUND: return ErrorCode::not_found;
        case proto::EXISTS: return ErrorCode::exists;
        case proto::OLD: return ErrorCode::old;
        case proto::PERMISSION: return ErrorCode::permission;
        case proto::UNAVAILABLE: return ErrorCode::unavailable;
        case proto::TIMEOUT: return ErrorCode::timeout;
        case proto::IO: return ErrorCode::io;
        case proto::UNSUPPORTED: return ErrorCode::unsupported;
        case proto::INTERNAL: return ErrorCode::internal;
        default: return ErrorCode::invalid;
    }
}

tl::unexpected<Error> unexpected_answer(const char* wanted) {
    return fail(ErrorCode::internal, fmt::format("crmd answered something else than {}", wanted));
}

}  // namespace

std::string default_socket() {
    const char* folder = std::getenv("MUSTER_RUN_DIR");
    return std::string{folder && *folder ? folder : "/run/muster"} + "/crmd.sock";
}

struct Crmd::Impl {
    os::SyncClient socket;
    proto::HelloAnswer hello;
    std::uint64_t next_tag = 1;
    std::uint64_t subscription = 0;
    bool no_era = false;
    std::deque<proto::Event> events;

    Result<proto::Message> receive(milliseconds within) {
        auto frame = socket.receive(within);
        if (!frame) return tl::make_unexpected(frame.error());
        proto::Message m;
        if (!m.ParseFromString(*frame)) return fail(ErrorCode::internal, "crmd sent a message that cannot be read");
        return m;
    }
};

Crmd::Crmd(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Crmd::Crmd(Crmd&&) noexcept = default;
Crmd& Crmd::operator=(Crmd&&) noexcept = default;
Crmd::~Crmd() = default;

const std::string& Crmd::node() const { return impl_->hello.node(); }
bool Crmd::may_write() const { return impl_->hello.may_write(); }
bool Crmd::no_era() const { return impl_->no_era; }

Result<Crmd> Crmd::connect(const std::string& program, const std::string& socket) {
    auto connected = os::SyncClient::connect(socket);
    if (!connected) {
        if (connected.error().code == ErrorCode::unavailable) {
            return fail(ErrorCode::unavailable,
                        fmt::format("the cluster is not running on this node: `crm cluster start` starts it ({})", connected.error().message));
        }
        return tl::make_unexpected(connected.error());
    }
    Crmd crmd{std::unique_ptr<Impl>{new Impl{std::move(*connected), {}, 1, 0, false, {}}}};
    proto::Message hello;
    hello.mutable_hello()->set_client(program);
    hello.mutable_hello()->set_level(1);
    auto answer = crmd.request(std::move(hello), seconds{10});
    if (!answer) return tl::make_unexpected(answer.error());
    if (!answer->has_hello_answer()) return unexpected_answer("a greeting");
    crmd.impl_->hello = answer->hello_answer();
    return crmd;
}

Result<proto::Message> Crmd::request(proto::Message message, milliseconds within) {
    const std::uint64_t tag = impl_->next_tag++;
    message.set_tag(tag);
    if (auto sent = impl_->socket.send(message.SerializeAsString()); !sent) {
        return fail(sent.error().code, "crmd on this node has just ended or is starting anew: nothing was asked of it, try again");
    }
    while (true) {
        auto answer = impl_->receive(within);
        if (!answer && answer.error().code == ErrorCode::unavailable) {
            return fail(ErrorCode::unavailable, "crmd on this node ended before it answered, and is started anew: what was asked may or may "
                                                "not take effect; look before asking again");
        }
        if (!answer) return answer;
        if (answer->has_event()) {
            impl_->events.push_back(answer->event());
            continue;
        }
        if (answer->tag() != tag) continue;  // of a request that we no longer wait for
        if (answer->has_failed()) return fail(code_of(answer->failed().code()), answer->failed().text());
        return answer;
    }
}

Result<cib::Cib> Crmd::get_cib(bool without_status) {
    proto::Message m;
    m.mutable_get_cib()->set_without_status(without_status);
    auto answer = request(std::move(m));
    if (!answer) return tl::make_unexpected(answer.error());
    if (!answer->has_cib_text()) return unexpected_answer("the CIB");
    impl_->no_era = answer->cib_text().no_era();
    return cib::read(answer->cib_text().xml());
}

Result<std::string> Crmd::commit(const xml::Element& configuration, const cib::Version& base, const std::string& text) {
    proto::Message m;
    m.mutable_commit()->set_configuration_xml(xml::write_compact(configuration));
    m.mutable_commit()->set_base_version(cib::to_string(base));
    m.mutable_commit()->set_message(text);
    auto answer = request(std::move(m));
    if (!answer) return tl::make_unexpected(answer.error());
    if (!answer->has_committed()) return unexpected_answer("the outcome of a commit");
    return answer->committed().version();
}

Result<proto::ClusterState> Crmd::cluster_state() {
    proto::Message m;
    m.mutable_get_cluster_state();
    auto answer = request(std::move(m));
    if (!answer) return tl::make_unexpected(answer.error());
    if (!answer->has_cluster_state()) return unexpected_answer("the state of the cluster");
    return answer->cluster_state();
}

Result<void> Crmd::wait_idle(milliseconds within) {
    proto::Message m;
    m.mutable_wait()->set_timeout_ms(within.count());
    auto answer = request(std::move(m), within + seconds{10});
    if (!answer) return tl::make_unexpected(answer.error());
    return {};
}

Result<void> Crmd::subscribe() {
    proto::Message m;
    auto* s = m.mutable_subscribe();
    s->set_cib(true);
    s->set_cluster(true);
    s->set_transition(true);
    s->set_fencing(true);
    s->set_attributes(true);
    auto answer = request(std::move(m));
    if (!answer) return tl::make_unexpected(answer.error());
    return {};
}

Result<proto::Event> Crmd::next_event(milliseconds within) {
    while (impl_->events.empty()) {
        auto m = impl_->receive(within);
        if (!m) return tl::make_unexpected(m.error());
        if (m->has_event()) impl_->events.push_back(m->event());
    }
    proto::Event event = std::move(impl_->events.front());
    impl_->events.pop_front();
    return event;
}

}  // namespace muster::client
