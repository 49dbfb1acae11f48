#include "lrmd/daemon/server.h"

#include <fmt/format.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "base/os/boot.h"
#include "base/os/files.h"
#include "lrmd/daemon/shim.h"

namespace muster::lrmd {
namespace {

constexpr int kKillChecks = 200;
constexpr milliseconds kKillCheckEvery{10};

Options core_options(const ServerConfig& config) {
    Options o;
    o.node = config.node;
    o.boot_id = os::node_boot_id(config.run_dir);
    o.young_monitors = std::max<std::size_t>(8, 4 * static_cast<std::size_t>(std::thread::hardware_concurrency()));
    return o;
}

}  // namespace

void say(int level, const std::string& text) {
    static std::size_t dropped = 0;
    pollfd p{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT)) {
        ++dropped;
        return;
    }
    std::string line = fmt::format("<{}>lrmd: {}\n", level, text);
    if (dropped) line = fmt::format("<4>lrmd: {} log lines were dropped\n", std::exchange(dropped, 0)) + line;
    [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, line.data(), line.size());
}

Server::Server(os::Reactor& reactor, ServerConfig config)
    : reactor_{reactor},
      config_{std::move(config)},
      core_{core_options(config_)},
      traces_{config_.run_dir + "/lrmd"},
      watches_{reactor, config_.places, [this](const std::string& resource) { feed(ProcessDied{resource}); }},
      helpers_{reactor, config_.places, config_.environment},
      listener_{reactor, [this](std::shared_ptr<os::Connection> c) { on_connect(std::move(c)); }} {
    allowed_ = {0, ::geteuid()};
    if (const passwd* user = ::getpwnam("hacluster")) allowed_.insert(user->pw_uid);
}

Result<void> Server::start() {
    for (const auto& folder : {traces_.folder(), config_.places.watch}) {
        if (auto made = os::make_directories(folder, 0700); !made) return made;
    }
    if (auto made = os::make_directories(config_.places.scratch); !made) say(4, made.error().message);
    std::size_t records = 0;
    auto journal = Journal::open(traces_.folder() + "/journal", [&](const proto::JournalRecord& record) {
        core_.restore(record);
        ++records;
    });
    if (!journal) return tl::make_unexpected(journal.error());
    journal_.emplace(std::move(*journal));
    if (records) say(5, fmt::format("restarted: {} records read back", records));
    adopt();
    carry_out(core_.recovered(reactor_.now(), reactor_.wall_now()));
    const proto::Table table = core_.table();
    for (const auto& entry : table.resources()) watches_.refresh(entry.resource());
    if (auto listening = listener_.listen(config_.socket, 0600); !listening) return listening;
    // crmd runs as hacluster and must reach it; nobody else may.
    const passwd* user = ::geteuid() == 0 ? ::getpwnam("hacluster") : nullptr;
    if (user != nullptr && ::chown(config_.socket.c_str(), user->pw_uid, 0) != 0) {
        return fail(ErrorCode::io, fmt::format("cannot give {} to user hacluster: {}", config_.socket, std::strerror(errno)));
    }
    return {};
}

// Runs that were begun by an earlier lrmd: the ended are judged, the living are followed.
void Server::adopt() {
    std::vector<std::pair<std::string, pid_t>> living;
    for (const auto& begin : traces_.all()) {
        const bool ended = traces_.ended(begin.run_id()).has_value();
        if (!core_.found(begin.run_id(), begin.run(), ended, reactor_.now())) {
            if (ended) traces_.drop(begin.run_id());
            continue;
        }
        say(5, fmt::format("{} goes on under its shim, process {}", describe(begin.run()), begin.shim_pid()));
        living.emplace_back(begin.run_id(), begin.shim_pid());
    }
    for (const auto& [run_id, shim] : living) follow(run_id, shim);
}

void Server::on_connect(std::shared_ptr<os::Connection> connection) {
    if (!allowed_.contains(connection->peer().uid)) {
        say(4, fmt::format("a connection of user {} was refused", connection->peer().uid));
        connection->start([](std::string_view) {}, [](const std::string&) {});
        connection->close("not allowed");
        return;
    }
    const SessionId session = next_session_++;
    connections_[session] = connection;
    connection->start([this, session](std::string_view frame) { on_frame(session, frame); },
                      [this, session](const std::string&) {
                          reactor_.soon([this, session] {
                              connections_.erase(session);
                              feed(SessionClosed{session});
                          });
                      });
}

void Server::on_frame(SessionId session, std::string_view frame) {
    proto::Message message;
    if (!message.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) {
        const auto it = connections_.find(session);
        if (it != connections_.end()) it->second->close("a frame is no message of lrmd's protocol");
        return;
    }
    const auto answer = [this, session](const proto::Message& m) { send(session, m); };
    if (message.has_meta_data_request()) return helpers_.meta_data(message.meta_data_request(), answer);
    if (message.has_alert()) return helpers_.alert(message.alert(), answer);
    feed(MessageIn{session, std::move(message)});
}

void Server::feed(const Input& input) { carry_out(core_.step(input, reactor_.now(), reactor_.wall_now())); }

void Server::carry_out(Outputs outputs) {
    for (const auto& output : outputs) {
        if (const auto* p = std::get_if<Persist>(&output)) persist(p->record);
        if (const auto* s = std::get_if<Send>(&output)) send(s->session, s->message);
        if (const auto* r = std::get_if<StartRun>(&output)) start_run(*r);
        if (const auto* d = std::get_if<DropTrace>(&output)) traces_.drop(d->run_id);
        if (const auto* l = std::get_if<Log>(&output)) say(l->level, l->text);
        if (const auto* w = std::get_if<ResourceStopped>(&output)) watches_.forget(w->resource);
        if (const auto* c = std::get_if<CloseSession>(&output)) {
            const auto it = connections_.find(c->session);
            if (it != connections_.end()) it->second->close("closed by lrmd");
        }
    }
    arm();
}

void Server::persist(const proto::JournalRecord& record) {
    if (auto done = journal_->append(record); !done) say(3, done.error().message);
    if (!journal_->has_grown()) return;
    if (auto done = journal_->rewrite(core_.snapshot()); !done) say(3, done.error().message);
}

void Server::send(SessionId session, const proto::Message& message) {
    const auto it = connections_.find(session);
    if (it != connections_.end()) it->second->send(message.SerializeAsString());
}

void Server::start_run(const StartRun& start) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        run_shim(ShimOrder{start.run_id, start.run, invocation(start.run, config_.places, config_.environment), traces_.folder()});
    }
    if (pid > 0) return follow(start.run_id, pid);
    proto::Ended ended;
    ended.set_how(proto::Ended::NOT_STARTED);
    ended.set_code(errno);
    ended.set_problem(fmt::format("no process could be made for it: {}", std::strerror(errno)));
    ended.set_started_at_us(reactor_.wall_now().us);
    reactor_.soon([this, id = start.run_id, ended] { feed(RunEnded{id, ended}); });
}

void Server::follow(const std::string& run_id, pid_t shim) {
    const auto watch = reactor_.watch_process(shim, [this, run_id, shim] { shim_over(run_id, shim); });
    // Gone already, or its number belongs to someone else by now: both are seen from the files.
    const auto begin = traces_.begin(run_id);
    const bool another = begin && begin->shim_pid() == shim && begin->shim_start() != 0 && process_start(shim) != begin->shim_start();
    if (watch && !another) return;
    if (watch) reactor_.cancel(*watch);
    reactor_.soon([this, run_id, shim] { shim_over(run_id, shim); });
}

void Server::shim_over(const std::string& run_id, pid_t shim) {
    int status = 0;
    const bool mine = ::waitpid(shim, &status, WNOHANG) == shim;
    if (auto ended = traces_.ended(run_id)) {
        if (const auto begin = traces_.begin(run_id)) watches_.refresh(begin->run().resource());
        return feed(RunEnded{run_id, std::move(*ended)});
    }
    const auto begin = traces_.begin(run_id);
    if (begin && begin->shim_pid() != shim) return follow(run_id, begin->shim_pid());  // an older shim has the claim
    if (begin) return end_lost(run_id, *begin, 0);
    // It never claimed the run: nothing was started.
    proto::Ended ended;
    ended.set_how(proto::Ended::NOT_STARTED);
    ended.set_code(EIO);
    ended.set_problem(mine && WIFEXITED(status) && WEXITSTATUS(status) == kShimBroken
                          ? fmt::format("nothing can be written to {}", traces_.folder())
                          : "the process that was to run it was killed before it began");
    ended.set_started_at_us(reactor_.wall_now().us);
    feed(RunEnded{run_id, std::move(ended)});
}

// The shim was killed.  What the agent did is not known; before anybody says so, its processes are dead.
void Server::end_lost(const std::string& run_id, const proto::Begin& begin, int checks) {
    if (group_alive(begin)) {
        ::kill(-begin.group(), SIGKILL);
        if (checks < kKillChecks) {
            reactor_.after(kKillCheckEvery, [this, run_id, begin, checks] { end_lost(run_id, begin, checks + 1); });
            return;
        }
        if (checks == kKillChecks) say(3, fmt::format("process group {} of {} can not be killed; {} waits for its end",
                                                      begin.group(), describe(begin.run()), begin.run().resource()));
        reactor_.after(seconds{1}, [this, run_id, begin] { end_lost(run_id, begin, kKillChecks + 1); });
        return;
    }
    proto::Ended ended;
    ended.set_how(proto::Ended::LOST_RUN);
    ended.set_started_at_us(begin.started_at_us());
    feed(RunEnded{run_id, std::move(ended)});
}

void Server::arm() {
    const auto due = core_.next_due();
    if (due == timer_due_) return;
    if (timer_) reactor_.cancel(std::exchange(timer_, 0));
    timer_due_ = due;
    if (!due) return;
    timer_ = reactor_.at(*due, [this] {
        timer_ = 0;
        timer_due_.reset();
        feed(Tick{});
    });
}

}  // namespace muster::lrmd
