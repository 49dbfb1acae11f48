#include "crmd/daemon/shell.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "base/os/boot.h"
#include "base/os/files.h"
#include "cib/replica/daemon/warm_file.h"
#include "crmd/protocol/crmd.pb.h"

namespace muster::crmd {
namespace {

constexpr Duration kTick = milliseconds{100};
constexpr Duration kCorosyncRetry = milliseconds{300};

std::uint64_t random_number() {
    std::uint64_t n = 0;
    while (n == 0) {
        if (::getrandom(&n, sizeof n, 0) != sizeof n) throw std::runtime_error{"no random numbers"};
    }
    return n;
}

std::string user_name(uid_t uid) {
    passwd entry{};
    passwd* found = nullptr;
    std::string room(16384, '\0');
    if (::getpwuid_r(uid, &entry, room.data(), room.size(), &found) == 0 && found != nullptr) return found->pw_name;
    return std::to_string(uid);
}

}  // namespace

Shell::Shell(ShellSettings settings) : settings_{std::move(settings)} {}
Shell::~Shell() = default;

int Shell::run() {
    if (auto made = os::make_directories(settings_.run_dir); !made) throw std::runtime_error{made.error().message};
    boot_id_ = os::node_boot_id(settings_.run_dir);
    for (int signal : {SIGTERM, SIGINT}) {
        reactor_.on_signal(signal, [this] {
            if (core_) feed(StopWanted{});
            else reactor_.stop(0);
        });
    }
    server_ = std::make_unique<os::FrameServer>(reactor_, [this](auto connection) { accept(std::move(connection)); });
    if (auto listening = server_->listen(settings_.run_dir + "/crmd.sock", 0666); !listening) throw std::runtime_error{listening.error().message};
    try_begin();
    const int code = reactor_.run();
    worker_.reset();
    if (messaging_) messaging_->leave();
    return code;
}

// The nodelist comes from corosync: without it there is nothing to begin.
void Shell::try_begin() {
    auto nodelist = cluster::read_nodelist();
    if (!nodelist) {
        waits_for_ = "crmd waits for corosync on this node: " + nodelist.error().message + "; `systemctl status corosync` says more";
        log(LogLevel::warning, waits_for_);
        retry_ = reactor_.after(kCorosyncRetry, [this] { try_begin(); });
        return;
    }
    if (!nodelist->crypto) log(LogLevel::warning, "corosync runs without crypto: anybody on its network can give orders");
    auto opened = cib::replica::JournalWriter::open(reactor_, {settings_.state_dir + "/cib", settings_.sync_delay});
    if (!opened) throw std::runtime_error{opened.error().message};
    if (opened->torn_bytes > 0) log(LogLevel::warning, fmt::format("the journal ended in {} torn bytes: cut", opened->torn_bytes));
    journal_ = std::move(opened->writer);
    core_ = std::make_unique<Coordinator>(core_settings(*nodelist, std::move(opened->disk)));
    for (const auto& connection : std::exchange(early_, {})) connection->close("crmd begins its work");
    begin();
}

Settings Shell::core_settings(const cluster::Nodelist& nodelist, cib::replica::Disk disk) {
    Settings s;
    s.boot_id = boot_id_;
    s.jobs = std::max(2u, 2 * std::thread::hardware_concurrency());
    s.incarnation = static_cast<std::uint64_t>(reactor_.wall_now().us);
    s.dc_deadtime = settings_.dc_deadtime;
    s.replica.self = nodelist.self;
    for (const auto& n : nodelist.nodes) {
        s.replica.nodes.push_back({n.id, n.name, n.votes});
        if (n.id == nodelist.self) s.name = n.name;
    }
    if (!settings_.node_name.empty()) s.name = settings_.node_name;
    s.replica.fresh_uuid = random_number();
    s.replica.fresh_cluster_uuid = random_number();
    s.replica.session = random_number();
    s.replica.warm = cib::replica::read_warm(settings_.run_dir + "/crmd.warm", boot_id_, disk.cluster_uuid);
    s.disk = std::move(disk);
    return s;
}

void Shell::begin() {
    journal_->on_durable([this](std::uint64_t ticket) { feed(cib::replica::Durable{ticket}); });
    journal_->on_failure([this](const std::string& why) { feed(cib::replica::WriteFailed{why}); });
    worker_ = std::make_unique<PlanWorker>(reactor_, [this](Planned p) { feed(std::move(p)); });
    const auto link = [this](Daemon which, const std::string& name) {
        return std::make_unique<Link>(reactor_, settings_.run_dir + "/" + name + ".sock",
                                      Link::Handlers{[this, which] { feed(LinkUp{which}); }, [this, which] { feed(LinkDown{which}); },
                                                     [this, which](std::string_view frame) { feed(LinkFrame{which, std::string{frame}}); }});
    };
    lrmd_ = link(Daemon::lrmd, "lrmd");
    fenced_ = link(Daemon::fenced, "fenced");
    messaging_ = std::make_unique<cluster::CorosyncMessaging>(reactor_, cluster::CorosyncSettings{});
    messaging_->on_event([this](const cluster::Event& e) {
        if (std::holds_alternative<cluster::Disconnected>(e)) unsent_.clear();  // of a life that is over
        feed(e);
    });
    carry_out(core_->start(now()));
    messaging_->start();
    lrmd_->start();
    fenced_->start();
    arm();
}

// One input at a time: what comes while one is carried out waits its turn.
void Shell::feed(Input input) {
    inputs_.push_back(std::move(input));
    if (feeding_) return;
    feeding_ = true;
    while (!inputs_.empty()) {
        const Input next = std::move(inputs_.front());
        inputs_.pop_front();
        carry_out(core_->step(now(), next));
    }
    feeding_ = false;
    arm();
}

void Shell::carry_out(std::vector<Output> outputs) {
    for (Output& output : outputs) {
        if (auto* b = std::get_if<Broadcast>(&output)) send(std::move(b->bytes));
        else if (auto* p = std::get_if<cib::replica::Persist>(&output)) journal_->write(std::move(*p));
        else if (auto* m = std::get_if<MakePlan>(&output)) worker_->make(std::move(*m));
        else if (auto* d = std::get_if<ToDaemon>(&output)) (d->to == Daemon::lrmd ? lrmd_ : fenced_)->send(d->bytes);
        else if (auto* c = std::get_if<ToClient>(&output)) {
            const auto at = sessions_.find(c->id);
            if (at != sessions_.end() && at->second.connection) at->second.connection->send(c->bytes);
        } else if (auto* w = std::get_if<EraIsWarm>(&output)) {
            auto kept = cib::replica::write_warm(settings_.run_dir + "/crmd.warm", boot_id_, core_->replica().cluster_uuid(), w->term);
            if (!kept) log(LogLevel::warning, "can not remember the era for this boot: " + kept.error().message);
        } else if (auto* l = std::get_if<Log>(&output)) log(l->level, l->text);
        else if (auto* e = std::get_if<Exit>(&output)) {
            flush();
            reactor_.stop(e->code);
        }
    }
}

void Shell::send(std::string bytes) {
    unsent_.push_back(std::move(bytes));
    flush();
}

void Shell::flush() {
    while (!unsent_.empty()) {
        if (!messaging_->broadcast(unsent_.front())) return;  // full or not connected: again at the next tick
        unsent_.pop_front();
    }
}

void Shell::arm() {
    if (timer_ != 0) reactor_.cancel(timer_);
    Instant when = reactor_.now() + kTick;
    if (const auto wake = core_->next_wake(); wake && *wake < when) when = std::max(*wake, reactor_.now());
    timer_ = reactor_.at(when, [this] {
        timer_ = 0;
        flush();
        feed(Tick{});
    });
}

void Shell::accept(std::shared_ptr<os::Connection> connection) {
    if (!core_) return accept_early(std::move(connection));
    const ClientId id = next_client_++;
    const os::Peer& peer = connection->peer();
    const std::string user = user_name(peer.uid);
    const bool may_write = peer.uid == 0 || peer.uid == ::geteuid() || user == "hacluster";
    const group* readers = ::getgrnam("haclient");
    const bool may_read = may_write || (readers != nullptr && (peer.gid == readers->gr_gid ||
                          std::find(peer.groups.begin(), peer.groups.end(), readers->gr_gid) != peer.groups.end()));
    if (!may_read) {
        log(LogLevel::warning,
            "a connection of user " + user + " was refused: root, hacluster and group haclient may speak to crmd");
        return connection->close("not allowed");
    }
    sessions_[id] = Session{connection};
    feed(ClientOpened{id, user, may_write});
    connection->start([this, id](std::string_view frame) { feed(ClientFrame{id, std::string{frame}}); },
                      [this, id](const std::string&) {
                          const auto at = sessions_.find(id);
                          if (at == sessions_.end()) return;
                          reactor_.soon([gone = at->second.connection] {});
                          sessions_.erase(at);
                          feed(ClientClosed{id});
                      });
}

// Before corosync answers there is nothing to serve: who asks is told so; musterd's pings are answered by any living loop.
void Shell::accept_early(std::shared_ptr<os::Connection> connection) {
    std::erase_if(early_, [](const auto& c) { return !c->open(); });
    early_.push_back(connection);
    connection->start([this, c = connection.get()](std::string_view frame) { answer_early(*c, frame); }, [](const std::string&) {});
}

void Shell::answer_early(os::Connection& connection, std::string_view frame) {
    proto::Message request, answer;
    if (!request.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) return connection.close("the frame is not understood");
    answer.set_tag(request.tag());
    if (request.has_ping()) {
        *answer.mutable_pong() = request.ping();
    } else if (request.has_stop_node() && connection.peer().uid == 0) {
        return reactor_.stop(0);  // nothing was begun here: there is nothing to move away
    } else {
        answer.mutable_failed()->set_code(proto::UNAVAILABLE);
        answer.mutable_failed()->set_text(waits_for_);
    }
    connection.send(answer.SerializeAsString());
}

void Shell::log(LogLevel level, const std::string& text) {
    if (level < settings_.level) return;
    static constexpr int kSyslog[] = {7, 6, 4, 3};
    const std::string line = fmt::format("<{}>crmd: {:.3f} {}\n", kSyslog[static_cast<int>(level)],
                                         static_cast<double>(reactor_.wall_now().us) / 1e6, text);
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace muster::crmd
