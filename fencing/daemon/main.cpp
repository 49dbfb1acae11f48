// fenced: makes sure that a lost node is really gone.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>

#include "base/text.h"
#include "fencing/daemon/service.h"

#ifndef MUSTER_FENCE_AGENTS
#define MUSTER_FENCE_AGENTS "/usr/sbin:/usr/libexec/muster/fence"
#endif

int main(int argc, char** argv) {
    muster::fencing::Options options;
    std::string folders = MUSTER_FENCE_AGENTS;
    CLI::App app{"Muster's fencing daemon: runs fence agents for crmd"};
    app.add_option("--socket", options.socket, "unix socket to serve")->capture_default_str();
    app.add_option("--run-dir", options.run_folder, "what must not outlive a boot")->capture_default_str();
    app.add_option("--agents", folders, "folders with fence agents, separated by :")->capture_default_str();
    app.add_option("--owner", options.owner, "user beside root that may connect")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    for (const auto folder : muster::split(folders, ':')) {
        if (!folder.empty()) options.agent_folders.emplace_back(folder);
    }
    try {
        muster::os::Reactor reactor;
        std::signal(SIGPIPE, SIG_IGN);
        reactor.on_signal(SIGTERM, [&] { reactor.stop(0); });
        reactor.on_signal(SIGINT, [&] { reactor.stop(0); });
        muster::fencing::Service service{reactor, options};
        if (const auto started = service.start(); !started) {
            fmt::print(stderr, "fenced: cannot start: {}\n", started.error().message);
            return 1;
        }
        return reactor.run();
    } catch (const std::exception& e) {
        fmt::print(stderr, "fenced: cannot start: {}\n", e.what());
        return 1;
    }
}
