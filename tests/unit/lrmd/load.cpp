// A load for lrmd: N resources of one OCF agent started, then monitored; prints times and lrmd's own cost.
// Usage: lrmd_load SOCKET PROVIDER TYPE COUNT PARALLEL [INTERVAL_MS SECONDS] (for people and the benchmark script; no test)
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <deque>

#include "base/os/sync_client.h"
#include "lrmd/protocol/lrmd.pb.h"

using namespace muster;
using lrmd::proto::Message;

namespace {

double seconds_now() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

Message order(const std::string& operation, const char* provider, const char* type, int n, std::int64_t interval) {
    Message m;
    auto& run = *m.mutable_run();
    run.set_action_id(fmt::format("load.{}.{}.{}.{}", ::getpid(), operation, n, interval));
    run.set_resource(fmt::format("load{}", n));
    run.set_klass("ocf");
    run.set_provider(provider);
    run.set_type(type);
    run.set_operation(operation);
    run.set_timeout_ms(60'000);
    run.set_interval_ms(interval);
    return m;
}

class Load {
  public:
    Load(os::SyncClient client, char** argv) : client_{std::move(client)}, argv_{argv} {}
    void send(const Message& m) {
        if (auto sent = client_.send(m.SerializeAsString()); !sent) std::exit(1);
    }
    bool one(int within_ms) {
        auto frame = client_.receive(milliseconds{within_ms});
        if (!frame) return false;
        Message m;
        if (!m.ParseFromString(*frame) || !m.has_result()) return true;
        if (m.result().rc() != 0) fmt::print("{} of {}: rc {} {}\n", m.result().operation(), m.result().resource(), m.result().rc(), m.result().exit_reason());
        Message ack;
        ack.mutable_ack()->set_sequence(m.result().sequence());
        send(ack);
        ++done_;
        return true;
    }
    void all(const std::string& operation, int count, int parallel) {
        const double began = seconds_now();
        done_ = 0;
        for (int sent = 0; done_ < count;) {
            while (sent < count && sent - done_ < parallel) send(order(operation, argv_[2], argv_[3], sent++, 0));
            if (!one(60'000)) std::exit(1);
        }
        fmt::print("{} of {}: {:.3f} s\n", operation, count, seconds_now() - began);
    }
    void monitors(int count, std::int64_t interval, int seconds) {
        for (int n = 0; n < count; ++n) send(order("monitor", argv_[2], argv_[3], n, interval));
        const double end = seconds_now() + seconds;
        while (seconds_now() < end) one(200);
        for (int n = 0; n < count; ++n) {
            Message m;
            m.mutable_cancel()->set_action_id(fmt::format("load.cancel.{}", n));
            m.mutable_cancel()->set_resource(fmt::format("load{}", n));
            m.mutable_cancel()->set_operation("monitor");
            m.mutable_cancel()->set_interval_ms(interval);
            send(m);
        }
        while (one(500)) {}
    }

  private:
    os::SyncClient client_;
    char** argv_;
    int done_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) return 64;
    auto client = os::SyncClient::connect(argv[1]);
    if (!client) return 1;
    Load load{std::move(*client), argv};
    Message hello;
    hello.mutable_hello()->set_client("load");
    hello.mutable_hello()->set_level(1);
    load.send(hello);
    load.one(5000);
    const int count = std::atoi(argv[4]);
    const int parallel = std::atoi(argv[5]);
    load.all("start", count, parallel);
    if (argc > 7) load.monitors(count, std::atoi(argv[6]), std::atoi(argv[7]));
    load.all("stop", count, parallel);
}
