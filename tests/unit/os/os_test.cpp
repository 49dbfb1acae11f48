// Proves: timers fire in order, frames cross a socket whole, a child's outputs and its exit come back, a child that
// hangs is killed with its group when time is up.
#include <unistd.h>

#include <filesystem>

#include "base/os/child.h"
#include "base/os/files.h"
#include "base/os/frames.h"
#include "tests/catch.h"

using namespace muster;

namespace {
struct Folder {
    Folder() {
        char text[] = "/tmp/muster-os-XXXXXX";
        path = ::mkdtemp(text);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path;
};
}  // namespace

TEST_CASE("timers fire in order and can be cancelled") {
    os::Reactor r;
    std::string seen;
    r.after(milliseconds{20}, [&] { seen += "b"; });
    r.after(milliseconds{5}, [&] { seen += "a"; });
    const auto never = r.after(milliseconds{10}, [&] { seen += "x"; });
    r.cancel(never);
    r.soon([&] { seen += "0"; });
    r.after(milliseconds{30}, [&] { r.stop(7); });
    CHECK(r.run() == 7);
    CHECK(seen == "0ab");
}

TEST_CASE("frames cross whole, small and large, and a close is told") {
    os::Reactor r;
    const Folder folder;
    const std::string path = folder.path + "/s";
    std::shared_ptr<os::Connection> server_side;
    os::FrameServer server{r, [&](std::shared_ptr<os::Connection> c) {
        server_side = c;
        c->start([c](std::string_view f) { c->send(std::string{"echo:"} + std::string{f}); }, [](const std::string&) {});
    }};
    REQUIRE(server.listen(path));
    CHECK_FALSE(os::FrameServer{r, [](auto) {}}.listen(path));
    auto client = os::connect_frames(r, path);
    REQUIRE(client);
    const std::string large(300'000, 'z');
    std::vector<std::string> got;
    bool closed = false;
    (*client)->start(
        [&](std::string_view f) {
            got.emplace_back(f);
            if (got.size() == 2) server_side->close("done");
        },
        [&](const std::string&) {
            closed = true;
            r.stop();
        });
    (*client)->send("one");
    (*client)->send(large);
    r.after(seconds{5}, [&] { r.stop(1); });
    CHECK(r.run() == 0);
    CHECK(closed);
    REQUIRE(got.size() == 2);
    CHECK(got[0] == "echo:one");
    CHECK(got[1] == "echo:" + large);
    CHECK(server_side->peer().uid == ::getuid());
}

TEST_CASE("a child: input, both outputs, exit status") {
    os::Reactor r;
    os::ChildSpec spec;
    spec.argv = {"/bin/sh", "-c", "cat; echo err >&2; exit 3"};
    spec.input = "hello";
    os::ChildResult result;
    auto child = os::Child::start(r, spec, [&](const os::ChildResult& done) {
        result = done;
        r.stop();
    });
    REQUIRE(child);
    r.run();
    CHECK(result.exit_status == 3);
    CHECK(result.out == "hello");
    CHECK(result.err == "err\n");
}

TEST_CASE("a child that hangs is killed with its group") {
    os::Reactor r;
    os::ChildSpec spec;
    spec.argv = {"/bin/sh", "-c", "sleep 100 & sleep 100"};
    spec.timeout = milliseconds{50};
    os::ChildResult result;
    auto child = os::Child::start(r, spec, [&](const os::ChildResult& done) {
        result = done;
        r.stop();
    });
    REQUIRE(child);
    r.run();
    CHECK(result.timed_out);
    CHECK(result.took < seconds{5});
}

TEST_CASE("a child run to its end without a loop: input, outputs, status, time") {
    os::ChildSpec spec;
    spec.argv = {"/bin/sh", "-c", "cat; echo err >&2; exit 3"};
    spec.input = std::string(300'000, 'x');  // more than a pipe holds
    spec.most_output = 1 << 20;
    const auto done = os::run_child(spec);
    REQUIRE(done);
    CHECK(done->exit_status == 3);
    CHECK(done->out == spec.input);
    CHECK(done->err == "err\n");

    spec.argv = {"/bin/sh", "-c", "exit 0"};  // reads nothing of it
    CHECK(os::run_child(spec)->exit_status == 0);

    spec.argv = {"/bin/sh", "-c", "echo early; sleep 100 & sleep 100"};
    spec.timeout = milliseconds{50};
    const auto late = os::run_child(spec);
    REQUIRE(late);
    CHECK(late->timed_out);
    CHECK(late->out == "early\n");
    CHECK(late->took < seconds{5});

    spec.argv = {"/nonexistent/program"};
    CHECK(os::run_child(spec).error().code == ErrorCode::not_found);
}

TEST_CASE("a program that is not there is an error, not a child") {
    os::Reactor r;
    os::ChildSpec spec;
    spec.argv = {"/nonexistent/program"};
    const auto child = os::Child::start(r, spec, [](const os::ChildResult&) {});
    REQUIRE_FALSE(child);
    CHECK(child.error().code == ErrorCode::not_found);
}

TEST_CASE("files are written whole or not at all") {
    const Folder folder;
    const std::string path = folder.path + "/f";
    REQUIRE(os::write_file_atomic(path, "one"));
    REQUIRE(os::write_file_atomic(path, "two"));
    CHECK(*os::read_file(path) == "two");
    CHECK_FALSE(os::write_file_atomic(folder.path + "/no/such/f", "x"));
    CHECK(os::read_file(folder.path + "/missing").error().code == ErrorCode::not_found);
}
