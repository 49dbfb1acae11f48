// One order to a running lrmd, for test scripts.
// Usage: lrmd_order SOCKET RESOURCE CLASS[:PROVIDER]:TYPE OPERATION [interval=MS] [timeout=MS] [wait=MS] [NAME=VALUE ...]
// Prints "rc STATUS exit-reason" for each result that comes (interval: all that come within wait); exits with the last rc.
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include "base/os/sync_client.h"
#include "base/text.h"
#include "lrmd/protocol/lrmd.pb.h"

using namespace muster;
using lrmd::proto::Message;

namespace {

std::int64_t now_us() {
    timespec t{};
    clock_gettime(CLOCK_BOOTTIME, &t);
    return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000;
}

constexpr const char* kStatus[] = {"pending", "done", "cancelled", "timeout", "not-supported", "error",
                                   "error-hard", "error-fatal", "not-installed", "not-connected", "invalid"};

int serve(os::SyncClient& client, const Message& order, std::int64_t wait_ms) {
    const auto send = [&](const Message& m) { return client.send(m.SerializeAsString()).has_value(); };
    Message hello;
    hello.mutable_hello()->set_client(fmt::format("order-{}", ::getpid()));
    hello.mutable_hello()->set_level(1);
    if (!send(hello) || !send(order)) return 125;
    const std::int64_t end = now_us() + wait_ms * 1000;
    int rc = 124;
    while (now_us() < end) {
        const auto frame = client.receive(milliseconds{(end - now_us()) / 1000 + 1});
        Message m;
        if (!frame || !m.ParseFromString(*frame)) break;
        if (m.has_refused_order()) {
            fmt::print("refused: {}\n", m.refused_order().reason());
            return 126;
        }
        if (!m.has_result()) continue;
        const auto status = static_cast<std::size_t>(m.result().status());
        fmt::print("{} {} {}\n", m.result().rc(), status < std::size(kStatus) ? kStatus[status] : "lost", m.result().exit_reason());
        if (::getenv("LRMD_ORDER_TAIL")) fmt::print("{}", m.result().output_tail());
        std::fflush(stdout);
        rc = m.result().rc();
        Message ack;
        ack.mutable_ack()->set_sequence(m.result().sequence());
        send(ack);
        if (order.has_cancel() || order.run().interval_ms() <= 0) break;
    }
    return rc;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) return 64;
    auto client = os::SyncClient::connect(argv[1]);
    if (!client) {
        fmt::print("{}\n", client.error().message);
        return 125;
    }
    Message order;
    auto& run = *order.mutable_run();
    run.set_action_id(fmt::format("order.{}.{}", ::getpid(), now_us()));
    run.set_resource(argv[2]);
    const auto agent = split(argv[3], ':');
    run.set_klass(std::string{agent[0]});
    if (agent.size() == 3) run.set_provider(std::string{agent[1]});
    run.set_type(std::string{agent.back()});
    run.set_operation(argv[4]);
    run.set_timeout_ms(60'000);
    std::int64_t wait_ms = 90'000;
    for (int i = 5; i < argc; ++i) {
        const std::string word = argv[i];
        const auto equals = word.find('=');
        const std::string name = word.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
        if (name == "interval") run.set_interval_ms(parse_int(value).value_or(0));
        else if (name == "timeout") run.set_timeout_ms(parse_int(value).value_or(0));
        else if (name == "wait") wait_ms = parse_int(value).value_or(0);
        else {
            auto* a = run.add_attributes();
            a->set_name(name);
            a->set_value(value);
        }
    }
    if (std::string{argv[4]} == "cancel") {  // of the monitor with this interval
        const auto interval = run.interval_ms();
        auto& cancel = *order.mutable_cancel();
        cancel.set_action_id(fmt::format("cancel.{}", ::getpid()));
        cancel.set_resource(argv[2]);
        cancel.set_operation("monitor");
        cancel.set_interval_ms(interval);
    }
    return serve(*client, order, wait_ms);
}
