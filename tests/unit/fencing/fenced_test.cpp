// Proves with the real daemon and real processes: an agent that works, fails, hangs; status; a fenced that was killed
// in the middle leaves no agent behind, and the order is repeated, not assumed done.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/os/files.h"
#include "base/os/sync_client.h"
#include "fencing/protocol/fencing.pb.h"
#include "tests/catch.h"

using namespace muster;
namespace proto = muster::fencing::proto;

namespace {

// Appends what it is told to a log, then does as its name says.
constexpr const char* kAgent = R"(#!/bin/sh
case $0 in *fence_hang) how=hang;; *fence_fail) how=fail;; *) how=ok;; esac
while read -r line; do
    case $line in action=*) action=${line#action=};; plug=*) plug=${line#plug=};; esac
done
if [ "$action" = metadata ]; then
    echo '<resource-agent name="t"><parameters><parameter name="plug"/></parameters><actions><action name="on"/>'
    echo '<action name="off"/><action name="reboot"/><action name="status"/><action name="monitor"/></actions></resource-agent>'
    exit 0
fi
echo "$action $plug $$" >> FOLDER/log
[ "$action" = monitor ] && exit 0
[ $how = hang ] && sleep 1000
[ $how = fail ] && { echo "no route to the power switch" >&2; exit 1; }
exit 0
)";

struct Daemon {
    Daemon() {
        char text[] = "/tmp/muster-fenced-XXXXXX";
        folder = ::mkdtemp(text);
        std::string script = kAgent;
        script.replace(script.find("FOLDER"), 6, folder);
        for (const char* name : {"fence_ok", "fence_fail", "fence_hang"}) {
            std::ofstream{folder + "/" + name} << script;
            ::chmod((folder + "/" + name).c_str(), 0755);
        }
        start();
    }
    ~Daemon() {
        end(SIGTERM);
        std::filesystem::remove_all(folder);
    }
    void start() {
        const std::string socket = folder + "/socket";
        pid = ::fork();
        if (pid == 0) {
            ::execl(FENCED, FENCED, "--socket", socket.c_str(), "--run-dir", folder.c_str(), "--agents",
                    folder.c_str(), nullptr);
            ::_exit(127);
        }
        for (int i = 0; i < 1000 && !client; ++i) {
            if (auto connected = os::SyncClient::connect(socket)) {
                client = std::make_unique<os::SyncClient>(std::move(*connected));
            } else {
                ::usleep(10'000);
            }
        }
        REQUIRE(client);
    }
    void end(int signal) {
        if (pid <= 0) return;
        ::kill(pid, signal);
        ::waitpid(pid, nullptr, 0);
        pid = 0;
        client.reset();
    }
    void send(const proto::Message& message) { REQUIRE(client->send(message.SerializeAsString())); }
    proto::Message receive() {
        const auto frame = client->receive(seconds{30});
        REQUIRE(frame);
        proto::Message message;
        REQUIRE(message.ParseFromString(*frame));
        return message;
    }
    void configure(const std::string& agent) {
        proto::Message message;
        auto& device = *message.mutable_configure()->add_devices();
        device.set_id("power");
        device.set_agent(agent);
        auto& list = *device.add_parameters();
        list.set_name("pcmk_host_list");
        list.set_value("n1");
        send(message);
    }
    void execute(const std::string& id, std::int64_t timeout_ms) {
        proto::Message message;
        auto& order = *message.mutable_execute();
        order.set_request_id(id);
        order.set_target("n1");
        order.set_action("off");
        order.set_timeout_ms(timeout_ms);
        send(message);
    }
    std::string log() const { return os::read_file(folder + "/log").value_or(""); }
    // The process id that the agent noted down last, once it did.
    pid_t agent() const {
        for (int i = 0; i < 1000; ++i) {
            const std::string text = log();
            if (!text.empty() && text.back() == '\n') {
                return static_cast<pid_t>(std::stol(text.substr(text.find_last_of(' '))));
            }
            ::usleep(10'000);
        }
        return 0;
    }
    static bool gone(pid_t process) {
        for (int i = 0; i < 1000; ++i) {
            const auto stat = os::read_file("/proc/" + std::to_string(process) + "/stat");
            if (!stat || stat->find(") Z ") != std::string::npos) return true;
            ::usleep(10'000);
        }
        return false;
    }
    std::string folder;
    pid_t pid = 0;
    std::unique_ptr<os::SyncClient> client;
};

}  // namespace

TEST_CASE("an agent that works: done, and it got its options") {
    Daemon d;
    d.configure("fence_ok");
    d.execute("r1", 20'000);
    const auto done = d.receive().done();
    CHECK(done.ok());
    CHECK(done.request_id() == "r1");
    CHECK(d.log().rfind("off n1 ", 0) == 0);

    proto::Message ask;
    ask.mutable_status_request();
    d.send(ask);
    const auto status = d.receive().status();
    REQUIRE(status.devices_size() == 1);
    CHECK(status.devices(0).hosts(0) == "n1");
    REQUIRE(status.records_size() == 1);
    CHECK(status.records(0).state() == "done");
}

TEST_CASE("an agent that fails: its words come back") {
    Daemon d;
    d.configure("fence_fail");
    d.execute("r1", 20'000);
    const auto done = d.receive().done();
    CHECK_FALSE(done.ok());
    CHECK(done.attempts() == 2);
    CHECK(done.error().find("it said \"no route to the power switch\"") != std::string::npos);
    CHECK(done.output_tail() == "no route to the power switch\n");
}

TEST_CASE("an agent that hangs is killed when its time is up") {
    Daemon d;
    d.configure("fence_hang");
    d.execute("r1", 500);
    const auto done = d.receive().done();
    CHECK_FALSE(done.ok());
    CHECK(done.error().find("gave no answer within 500ms and was killed") != std::string::npos);
    CHECK(Daemon::gone(d.agent()));
}

TEST_CASE("an agent that is not there is said, for fencing and for its resource's start") {
    Daemon d;
    d.configure("fence_nonexistent");
    d.execute("r1", 20'000);
    CHECK(d.receive().done().error().find("fence agent fence_nonexistent is not installed") != std::string::npos);
    proto::Message start;
    start.mutable_monitor()->set_device("power");
    start.mutable_monitor()->set_operation("start");
    d.send(start);
    CHECK(d.receive().monitor_done().rc() == 5);
}

TEST_CASE("a killed fenced leaves no agent behind, and the order is run again") {
    Daemon d;
    d.configure("fence_hang");
    d.execute("r1", 60'000);
    const pid_t agent = d.agent();
    REQUIRE(agent > 0);
    d.end(SIGKILL);
    CHECK(::kill(agent, 0) == 0);
    d.start();
    CHECK(Daemon::gone(agent));
    d.configure("fence_ok");
    d.execute("r1", 20'000);
    CHECK(d.receive().done().ok());
}

TEST_CASE("nonsense on the socket is refused, and the daemon lives") {
    Daemon d;
    REQUIRE(d.client->send("\xff\xff\xff"));
    CHECK(d.receive().refused().find("not a message") != std::string::npos);
    proto::Message ping;
    ping.mutable_ping()->set_nonce(42);
    d.send(ping);
    CHECK(d.receive().pong().nonce() == 42);
}
