// crmd: the coordinator's daemon.
#include <csignal>
#include <cstdio>
#include <exception>
#include <CLI/CLI.hpp>

#include "crmd/daemon/shell.h"

int main(int argc, char** argv) {
    muster::crmd::ShellSettings settings;
    double deadtime = 20;
    std::int64_t sync_delay_ms = 0;
    bool debug = false;
    CLI::App app{"Muster's coordinator: cluster membership, configuration, decisions"};
    app.add_option("--run-dir", settings.run_dir, "sockets and what must not outlive a boot")->capture_default_str();
    app.add_option("--state-dir", settings.state_dir, "the journal of the configuration")->capture_default_str();
    app.add_option("--node-name", settings.node_name, "this node's name (default: as corosync's nodelist says)");
    app.add_option("--dc-deadtime", deadtime, "seconds to wait at start-up for nodes that do not come")->capture_default_str();
    app.add_option("--delay-sync", sync_delay_ms, "for tests: milliseconds added to each write to the disk");
    app.add_flag("--debug", debug, "log more");
    CLI11_PARSE(app, argc, argv);
    settings.dc_deadtime = muster::Duration{static_cast<std::int64_t>(deadtime * 1e6)};
    settings.sync_delay = muster::milliseconds{sync_delay_ms};
    if (debug) settings.level = muster::crmd::LogLevel::debug;
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return muster::crmd::Shell{settings}.run();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "<3>crmd: cannot go on: %s\n", e.what());
        return 1;
    }
}
