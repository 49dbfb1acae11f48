// musterd: starts lrmd, fenced and crmd, asks them each second, restarts what dies or is silent, stops them in order.
// Wiring only; the rules are in supervisor.h.
#include <fmt/format.h>
#include <pwd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "base/os/files.h"
#include "base/text.h"
#include "crmd/musterd/ask.h"
#include "crmd/musterd/children.h"
#include "crmd/musterd/log_carrier.h"
#include "crmd/musterd/supervisor.h"

namespace muster::musterd {
namespace {

struct Options {
    std::string run_folder = "/run/muster";
    std::string state_folder = "/var/lib/muster";
    std::string program_folder;  // empty: where musterd itself lies
    std::string node_name;       // empty: crmd asks corosync
    std::string crmd_user = "hacluster";
    std::string lrmd_options, fenced_options, crmd_options;  // blank-separated, added at the end
};

std::vector<std::string> with_words(std::vector<std::string> argv, const std::string& more) {
    for (const auto word : split_words(more)) argv.emplace_back(word);
    return argv;
}

std::map<std::string, Program> programs(const Options& o) {
    std::string folder = o.program_folder;
    if (folder.empty()) folder = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
    const std::string& run = o.run_folder;
    std::map<std::string, Program> list;
    list["lrmd"] = {"lrmd", with_words({folder + "/lrmd", "--socket", run + "/lrmd.sock", "--run-dir", run}, o.lrmd_options), ""};
    list["fenced"] = {"fenced", with_words({folder + "/fenced", "--socket", run + "/fenced.sock", "--run-dir", run}, o.fenced_options), ""};
    std::vector<std::string> crmd{folder + "/crmd", "--run-dir", run, "--state-dir", o.state_folder};
    if (!o.node_name.empty()) crmd.insert(crmd.end(), {"--node-name", o.node_name});
    list["crmd"] = {"crmd", with_words(crmd, o.crmd_options), o.crmd_user == "root" ? "" : o.crmd_user};
    return list;
}

// crmd makes its socket and its journal there, as its own user.
void prepare_folders(const Options& o) {
    for (const std::string& folder : {o.run_folder, o.state_folder}) {
        if (const auto made = os::make_directories(folder); !made) throw std::runtime_error(made.error().message);
    }
    if (o.crmd_user == "root" || ::geteuid() != 0) return;
    const passwd* user = ::getpwnam(o.crmd_user.c_str());
    if (user == nullptr) throw std::runtime_error(fmt::format("there is no user {}, which crmd runs as", o.crmd_user));
    for (const std::string& folder : {o.run_folder, o.state_folder}) {
        if (::chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0)
            throw std::runtime_error(fmt::format("can not give {} to {}: {}", folder, o.crmd_user, std::strerror(errno)));
    }
}

class Daemon {
  public:
    explicit Daemon(const Options& options)
        : programs_{programs(options)},
          children_{reactor_, options.run_folder + "/musterd.children",
                    [this](const std::string& name, int status, int signal) { step(Ended{name, status, signal}); }},
          ask_{reactor_, options.run_folder, [this](const std::string& name) { step(Answered{name}); }},
          supervisor_{{"lrmd", "fenced", "crmd"}, Policy{}} {}

    int run() {
        std::signal(SIGPIPE, SIG_IGN);
        const auto stop = [this] { stopping_ ? step(StopNow{}) : (stopping_ = true, step(StopWanted{})); };
        reactor_.on_signal(SIGTERM, stop);
        reactor_.on_signal(SIGINT, stop);
        for (const auto& [name, pid] : children_.adopt()) step(Began{name, pid});
        carry_out(supervisor_.start(reactor_.now()));
        return reactor_.run();
    }

  private:
    void step(const Input& input) { carry_out(supervisor_.step(input, reactor_.now())); }

    void carry_out(const Outputs& outputs) {
        for (const auto& output : outputs) {
            std::visit([this](const auto& o) { on(o); }, output);
        }
        if (timer_) reactor_.cancel(timer_);
        timer_ = 0;
        if (const auto due = supervisor_.next_due()) {
            timer_ = reactor_.at(*due, [this] {
                timer_ = 0;
                step(Tick{});
            });
        }
    }

    void on(const Start& s) {
        // After the outputs at hand: what comes of it is a new input.
        reactor_.soon([this, name = s.name] {
            const auto pid = children_.start(programs_.at(name));
            pid ? step(Began{name, *pid}) : step(CouldNotBegin{name, pid.error().message});
        });
    }
    void on(const Ping& p) { ask_.ping(p.name); }
    void on(const AskToLeave&) {
        if (!ask_.leave()) reactor_.soon([this] { step(StopNow{}); });
    }
    void on(const Signal& s) { children_.signal(s.name, s.signal); }
    void on(const Ready&) {
        sd_notify(0, "READY=1");
        on(Log{5, "lrmd, fenced and crmd run and answer"});
    }
    void on(const Finished& f) { reactor_.stop(f.exit_status); }
    void on(const Log& l) { fmt::print(stderr, "<{}>musterd: {}\n", l.level, l.text); }

    os::Reactor reactor_;
    std::map<std::string, Program> programs_;
    Children children_;
    Ask ask_;
    Supervisor supervisor_;
    os::Reactor::Id timer_ = 0;
    bool stopping_ = false;
};

}  // namespace
}  // namespace muster::musterd

int main(int argc, char** argv) {
    muster::musterd::Options o;
    CLI::App app{"Muster's parent daemon: starts and watches lrmd, fenced and crmd"};
    app.add_option("--run-dir", o.run_folder, "sockets and what must not outlive a boot")->capture_default_str();
    app.add_option("--state-dir", o.state_folder, "crmd's journal")->capture_default_str();
    app.add_option("--program-dir", o.program_folder, "where the three lie (default: beside musterd)");
    app.add_option("--node-name", o.node_name, "this node's name (default: what corosync says)");
    app.add_option("--crmd-user", o.crmd_user, "user that crmd runs as")->capture_default_str();
    app.add_option("--lrmd-options", o.lrmd_options, "more options for lrmd, in one word");
    app.add_option("--fenced-options", o.fenced_options, "more options for fenced, in one word");
    app.add_option("--crmd-options", o.crmd_options, "more options for crmd, in one word");
    CLI11_PARSE(app, argc, argv);
    try {
        muster::musterd::carry_logs();
        muster::musterd::prepare_folders(o);
        return muster::musterd::Daemon{o}.run();
    } catch (const std::exception& e) {
        fmt::print(stderr, "musterd: cannot start: {}\n", e.what());
        return 1;
    }
}
