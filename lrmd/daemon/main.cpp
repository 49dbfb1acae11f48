// lrmd: the local resource manager daemon.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "base/text.h"
#include "lrmd/daemon/server.h"

extern char** environ;

namespace {

using namespace muster;

constexpr const char* kHelp =
    "lrmd - runs resource agents on this node and watches them (Muster)\n\n"
    "  --run-dir DIR    where sockets and traces of operations are kept (/run/muster)\n"
    "  --socket PATH    the socket to listen on (RUN-DIR/lrmd.sock)\n"
    "  --node NAME      this node's name in the cluster (the host name)\n"
    "  --agents D[:D]   folders with OCF providers, searched in order (/usr/lib/ocf/resource.d)\n"
    "  --helpers DIR    folder with crm_attribute, crm_master ... for agents\n"
    "  --lsb DIR        folder with init scripts (/etc/init.d)\n"
    "  --heartbeat DIR  folder with heartbeat v1 scripts (/etc/ha.d/resource.d)\n"
    "  --scratch DIR    HA_RSCTMP, where agents keep state (/run/resource-agents)\n";

std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

Result<void> set_option(lrmd::ServerConfig& config, const std::string& name, const std::string& value) {
    auto& places = config.places;
    if (name == "--run-dir") config.run_dir = value;
    else if (name == "--socket") config.socket = value;
    else if (name == "--node") config.node = value;
    else if (name == "--helpers") places.helpers = value;
    else if (name == "--lsb") places.lsb = value;
    else if (name == "--heartbeat") places.heartbeat = value;
    else if (name == "--scratch") places.scratch = value;
    else if (name == "--agents") {
        places.agents.clear();
        for (const auto folder : split(value, ':')) places.agents.emplace_back(folder);
    } else return fail(fmt::format("unknown option {} (see lrmd --help)", name));
    return {};
}

Result<lrmd::ServerConfig> configure(int argc, char** argv) {
    lrmd::ServerConfig config;
    config.socket.clear();
    config.node = host_name();
    config.places.helpers = MUSTER_HELPERS_DIR;
    for (int i = 1; i < argc; ++i) {
        std::string name = argv[i];
        std::string value;
        if (const auto equals = name.find('='); equals != std::string::npos) {
            value = name.substr(equals + 1);
            name.resize(equals);
        } else if (i + 1 < argc) {
            value = argv[++i];
        } else {
            return fail(fmt::format("option {} needs a value (see lrmd --help)", name));
        }
        if (auto set = set_option(config, name, value); !set) return tl::make_unexpected(set.error());
    }
    if (config.socket.empty()) config.socket = config.run_dir + "/lrmd.sock";
    config.places.watch = config.run_dir + "/lrmd/watch";
    config.places.node = config.node;
    for (char** e = environ; *e; ++e) config.environment.emplace_back(*e);
    return config;
}

int run(int argc, char** argv) {
    if (argc == 2 && (!std::strcmp(argv[1], "--help") || !std::strcmp(argv[1], "-h"))) {
        std::fputs(kHelp, stdout);
        return 0;
    }
    auto config = configure(argc, argv);
    if (!config) {
        fmt::print(stderr, "lrmd: {}\n", config.error().message);
        return 64;
    }
    ::signal(SIGPIPE, SIG_IGN);
    os::Reactor reactor;
    lrmd::Server server{reactor, std::move(*config)};
    for (const int s : {SIGTERM, SIGINT}) reactor.on_signal(s, [&reactor] { reactor.stop(0); });
    if (auto started = server.start(); !started) {
        fmt::print(stderr, "lrmd: {}\n", started.error().message);
        return 1;
    }
    return reactor.run();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        fmt::print(stderr, "lrmd: {}\n", e.what());
        return 1;
    }
}
