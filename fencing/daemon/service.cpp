#include "fencing/daemon/service.h"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <poll.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>

#include "base/os/files.h"
#include "fencing/daemon/translate.h"

namespace muster::fencing {
namespace {

constexpr std::uint32_t kLevel = 1;  // of the protocol

// Never waits for whoever reads our log: a line that does not fit is dropped, and the next one says so.
// "<N>" is the journal's level, as syslog's.
void log_line(int level, const std::string& text) {
    static unsigned dropped = 0;
    pollfd ready{STDERR_FILENO, POLLOUT, 0};
    std::string line = dropped ? fmt::format("<4>fenced: {} lines were dropped\n", dropped) : "";
    line += fmt::format("<{}>fenced: {}\n", level, text);
    if (::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0 &&
        ::write(STDERR_FILENO, line.data(), line.size()) > 0) {
        dropped = 0;
    } else {
        ++dropped;
    }
}

std::uint64_t roll_dice() {
    std::uint64_t value = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value) != 1) value = 0;  // no delay then
    return value;
}

}  // namespace

Service::Service(os::Reactor& reactor, Options options)
    : reactor_{reactor},
      options_{std::move(options)},
      agents_{reactor, options_.agent_folders, options_.run_folder + "/fenced.agents",
              [this](const AgentDone& done) { step(done); }} {}

Result<void> Service::start() {
    if (const auto made = os::make_directories(options_.run_folder); !made) return made;
    if (const passwd* user = ::getpwnam(options_.owner.c_str())) owner_uid_ = user->pw_uid;
    server_ = std::make_unique<os::FrameServer>(
        reactor_, [this](std::shared_ptr<os::Connection> c) { on_connect(std::move(c)); });
    // Listening comes first: it fails while another fenced lives, whose agents are not ours to end.
    if (const auto listening = server_->listen(options_.socket, 0600); !listening) return listening;
    if (::geteuid() == 0 && owner_uid_ != 0 && ::chown(options_.socket.c_str(), owner_uid_, 0) != 0) {
        return fail(ErrorCode::io, fmt::format("cannot give {} to user {}", options_.socket, options_.owner));
    }
    if (const int ended = agents_.end_leftovers()) {
        log_line(4, fmt::format("ended {} fence agents that an earlier fenced left behind", ended));
    }
    log_line(6, fmt::format("ready on {}", options_.socket));
    return {};
}

bool Service::allowed(const os::Peer& peer) const {
    return peer.uid == 0 || peer.uid == ::geteuid() || (owner_uid_ != 0 && peer.uid == owner_uid_);
}

void Service::on_connect(std::shared_ptr<os::Connection> connection) {
    const ClientId id = next_client_++;
    const bool may = allowed(connection->peer());
    const uid_t uid = connection->peer().uid;
    clients_[id] = Client{connection, ""};
    connection->start([this, id](std::string_view frame) { on_frame(id, frame); },
                      [this, id](const std::string&) {
                          clients_.erase(id);
                          step(ClientGone{id});
                      });
    if (may) return;
    proto::Message refused;
    refused.set_refused(fmt::format("user id {} may not talk to fenced: root and {} may", uid, options_.owner));
    send(id, refused);
    connection->close("refused");
}

void Service::on_frame(ClientId id, std::string_view frame) {
    proto::Message message;
    if (!message.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) {
        proto::Message refused;
        refused.set_refused("the frame is not a message of fenced's protocol");
        return send(id, refused);
    }
    on_message(id, message);
}

void Service::on_message(ClientId id, const proto::Message& message) {
    proto::Message answer;
    switch (message.body_case()) {
        case proto::Message::kHello: return hello(id, message.hello());
        case proto::Message::kConfigure: return step(from_proto(message.configure()));
        case proto::Message::kQuery: return step(from_proto(id, message.query()));
        case proto::Message::kExecute: return step(from_proto(id, message.execute(), roll_dice()));
        case proto::Message::kMonitor: return step(from_proto(id, message.monitor()));
        case proto::Message::kPing: *answer.mutable_pong() = message.ping(); break;
        case proto::Message::kStatusRequest: *answer.mutable_status() = status(message.status_request().target()); break;
        default: answer.set_refused("fenced takes no such message"); break;
    }
    send(id, answer);
}

void Service::hello(ClientId id, const proto::Hello& hello) {
    clients_.at(id).name = hello.client();
    step(SawEra{hello.era()});
    proto::Message answer;
    auto& own = *answer.mutable_hello();
    own.set_client("fenced");
    own.set_level(std::min(kLevel, std::max(hello.level(), 1u)));
    own.set_node(hello.node());
    own.set_era(fencer_.era());
    own.set_boot_id(os::boot_id());
    send(id, answer);
}

void Service::step(const Input& input) {
    for (const auto& output : fencer_.step(input, reactor_.now())) emit(output);
}

void Service::emit(const Output& output) {
    if (const auto* o = std::get_if<RunAgent>(&output)) {
        agents_.run(*o);
    } else if (const auto* k = std::get_if<KillAgent>(&output)) {
        agents_.kill(k->job);
    } else if (const auto* t = std::get_if<ArmTimer>(&output)) {
        reactor_.after(t->delay, [this, timer = t->timer] { step(TimerFired{timer}); });
    } else if (const auto* a = std::get_if<Answer>(&output)) {
        send(a->client, to_proto(*a));
    } else if (const auto* d = std::get_if<Done>(&output)) {
        send(d->client, to_proto(*d));
    } else if (const auto* m = std::get_if<MonitorDone>(&output)) {
        send(m->client, to_proto(*m, reactor_.wall_now()));
    } else if (const auto* l = std::get_if<Log>(&output)) {
        log_line(l->severity == Severity::error ? 3 : l->severity == Severity::notice ? 5 : 6, l->text);
    }
}

void Service::send(ClientId id, const proto::Message& message) {
    const auto it = clients_.find(id);
    if (it == clients_.end()) return;
    const auto connection = it->second.connection;  // send() may close it, which erases the client
    connection->send(message.SerializeAsString());
}

proto::Status Service::status(const std::string& target) const {
    proto::Status status;
    status.set_era(fencer_.era());
    for (const auto& view : fencer_.devices()) {
        auto& d = *status.add_devices();
        d.set_id(view.id);
        d.set_agent(view.agent);
        d.set_runs_here(view.runs_here);
        d.set_check(to_string(view.check));
        for (const auto& host : view.hosts) d.add_hosts(host);
        for (const auto& action : view.actions) d.add_actions(action);
        d.set_problem(view.problem);
    }
    const std::int64_t to_wall = reactor_.wall_now().us - reactor_.now().us;
    for (const auto& record : fencer_.records(target)) {
        auto& r = *status.add_records();
        r.set_request_id(record.request_id);
        r.set_target(record.target);
        r.set_action(record.action);
        r.set_device(record.result.device);
        r.set_state(to_string(record.state));
        r.set_error(record.result.error);
        r.set_began_us(record.began.us + to_wall);
        if (record.ended) r.set_ended_us(record.ended->us + to_wall);
    }
    return status;
}

}  // namespace muster::fencing
