// muster-cpg-trace: joins a group and prints what corosync reports, one line an event; with --send N it also broadcasts
// numbered messages.  For watching a ring, and for comparing real traces with what the simulator's layer produces.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include "cluster/corosync/messaging.h"
#include "cluster/corosync/nodelist.h"

namespace {

using namespace muster;
using namespace muster::cluster;

std::string names(const std::vector<NodeId>& nodes) {
    std::string s;
    for (const NodeId n : nodes) s += (s.empty() ? "" : ",") + std::to_string(n);
    return s;
}
std::string names(const std::vector<Member>& members) {
    std::string s;
    for (const Member& m : members) s += (s.empty() ? "" : ",") + fmt::format("{}/{}", m.node, m.pid);
    return s;
}

struct Printer {
    Instant start;
    const os::Reactor& reactor;
    void line(const std::string& text) const {
        const double ms = static_cast<double>((reactor.now() - start).count()) / 1000.0;
        fmt::print("{:10.3f} {}\n", ms, text);
        std::fflush(stdout);
    }
    void operator()(const ViewChanged& v) const {
        std::string gone;
        for (const Departed& d : v.departed) {
            const char* how = d.how == Departure::left ? "left" : d.how == Departure::process_lost ? "process-lost" : "node-lost";
            gone += fmt::format(" {}:{}/{}", how, d.member.node, d.member.pid);
        }
        line(fmt::format("view members={} joined={}{}", names(v.members), names(v.joined), gone));
    }
    void operator()(const RingChanged& r) const {
        line(fmt::format("ring {}.{} nodes={}", r.ring.representative, r.ring.sequence, names(r.nodes)));
    }
    void operator()(const QuorumChanged& q) const {
        line(fmt::format("quorum {} ring={}.{} nodes={}", q.quorate ? "yes" : "no", q.ring.representative, q.ring.sequence,
                         names(q.nodes)));
    }
    void operator()(const Delivered& d) const {
        line(fmt::format("message from={}/{} bytes={} {}", d.sender.node, d.sender.pid, d.bytes.size(), d.bytes.substr(0, 32)));
    }
    void operator()(const Disconnected& d) const { line("disconnected: " + d.why); }
    void operator()(const Connected& c) const { line(fmt::format("connected self={}/{}", c.self.node, c.self.pid)); }
};

struct Options {
    std::string group = "muster-trace";
    int send = 0;
    int size = 16;
    int every_ms = 10;
    int seconds = 0;
};

int usage() {
    fmt::print(stderr, "usage: muster-cpg-trace [--group NAME] [--send COUNT] [--size BYTES] [--every MS] [--seconds N]\n");
    return 2;
}

int run(const Options& o) {
    os::Reactor reactor;
    if (auto list = read_nodelist()) {
        for (const auto& n : list->nodes) fmt::print("# node {} {} votes={}{}\n", n.id, n.name, n.votes, n.id == list->self ? " self" : "");
    } else {
        fmt::print("# {}\n", list.error().message);
    }
    CorosyncMessaging messaging{reactor, {o.group}};
    const Printer printer{reactor.now(), reactor};
    messaging.on_event([&](const Event& e) { std::visit(printer, e); });
    messaging.start();
    int sent = 0;
    std::function<void()> send = [&] {
        if (sent >= o.send) return;
        std::string text = fmt::format("#{} ", sent);
        text.resize(static_cast<std::size_t>(std::max(o.size, 8)), '.');
        if (messaging.broadcast(std::move(text))) ++sent;
        reactor.after(milliseconds{o.every_ms}, send);
    };
    if (o.send > 0) send();
    const auto end = [&] {
        messaging.leave();
        reactor.stop();
    };
    reactor.on_signal(SIGTERM, end);
    reactor.on_signal(SIGINT, end);
    if (o.seconds > 0) reactor.after(seconds{o.seconds}, end);
    return reactor.run();
}

}  // namespace

int main(int argc, char** argv) {
    Options o;
    for (int i = 1; i < argc; i += 2) {
        const std::string_view key = argv[i];
        if (i + 1 >= argc) return usage();
        if (key == "--group") o.group = argv[i + 1];
        else if (key == "--send") o.send = std::atoi(argv[i + 1]);
        else if (key == "--size") o.size = std::atoi(argv[i + 1]);
        else if (key == "--every") o.every_ms = std::atoi(argv[i + 1]);
        else if (key == "--seconds") o.seconds = std::atoi(argv[i + 1]);
        else return usage();
    }
    try {
        return run(o);
    } catch (const std::exception& e) {
        fmt::print(stderr, "muster-cpg-trace: {}\n", e.what());
        return 1;
    }
}
