#include "tests/unit/lrmd/daemon_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/os/files.h"
#include "base/text.h"
#include "lrmd/daemon/traces.h"

extern char** environ;

namespace muster::lrmd::test {

bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 500; ++i) {
        if (condition()) return true;
        ::usleep(10'000);
    }
    return condition();
}

bool process_alive(pid_t pid) { return process_start(pid) != 0; }

std::string slurp(const std::string& path) { return os::read_file(path).value_or(""); }

Daemon::Daemon(std::vector<std::string> environment) : environment_{std::move(environment)} {
    char text[] = "/tmp/muster-lrmd-XXXXXX";
    folder_ = ::mkdtemp(text);
    for (const char* sub : {"agents/test", "init.d", "ha", "scratch", "run", "helpers"}) std::filesystem::create_directories(file(sub));
    ::chmod(folder_.c_str(), 0755);
}

Daemon::~Daemon() {
    client_.reset();
    if (pid_) kill_hard();
    for (const auto& begin : Traces{file("run/lrmd")}.all()) {  // what a test left running on purpose
        if (process_start(begin.shim_pid()) == begin.shim_start()) ::kill(begin.shim_pid(), SIGKILL);
        if (group_alive(begin)) ::kill(-begin.group(), SIGKILL);
    }
    std::filesystem::remove_all(folder_);
}

void Daemon::script(const std::string& sub, const std::string& name, const std::string& text) const {
    const std::string path = file(sub + "/" + name);
    std::ofstream{path} << "#!/bin/sh\n" << text << "\n";
    ::chmod(path.c_str(), 0755);
}

void Daemon::agent(const std::string& name, const std::string& text, unsigned mode) const {
    script("agents/test", name, text);
    ::chmod(file("agents/test/" + name).c_str(), mode);
}

std::string Daemon::log() const { return slurp(file("log")); }

void Daemon::start() {
    std::vector<std::string> argv{LRMD_PROGRAM, "--run-dir", file("run"), "--agents", file("agents"), "--lsb", file("init.d"),
                                  "--heartbeat", file("ha"), "--scratch", file("scratch"), "--helpers", file("helpers"), "--node", "node1"};
    std::vector<char*> pointers;
    for (auto& a : argv) pointers.push_back(a.data());
    pointers.push_back(nullptr);
    std::vector<char*> env;
    for (char** e = environ; *e; ++e) env.push_back(*e);
    for (auto& e : environment_) env.push_back(e.data());
    env.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
        const int fd = ::open(file("log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        ::dup2(fd, 2);
        ::execve(pointers[0], pointers.data(), env.data());
        ::_exit(127);
    }
    if (!eventually([&] { return os::SyncClient::connect(file("run/lrmd.sock")).has_value(); })) {
        throw std::runtime_error("lrmd does not answer: " + log());
    }
}

void Daemon::kill_hard() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

void Daemon::connect(const std::string& client) {
    auto c = os::SyncClient::connect(file("run/lrmd.sock"));
    if (!c) throw std::runtime_error(c.error().message);
    client_.emplace(std::move(*c));
    proto::Message hello;
    hello.mutable_hello()->set_client(client);
    hello.mutable_hello()->set_level(1);
    send(hello);
    if (!receive().has_hello()) throw std::runtime_error("no Hello from lrmd");
}

void Daemon::send(const proto::Message& message) {
    if (auto sent = client_->send(message.SerializeAsString()); !sent) throw std::runtime_error(sent.error().message);
}

proto::Message Daemon::receive(int within_ms) {
    auto frame = client_->receive(milliseconds{within_ms});
    if (!frame) throw std::runtime_error(frame.error().message + "; lrmd's log: " + log());
    proto::Message m;
    if (!m.ParseFromString(*frame)) throw std::runtime_error("lrmd sent no message");
    return m;
}

bool Daemon::silent_for(int ms) { return !client_->receive(milliseconds{ms}).has_value(); }

proto::Result Daemon::result(int within_ms) {
    const proto::Message m = receive(within_ms);
    if (!m.has_result()) throw std::runtime_error("expected a result, got something else");
    proto::Message ack;
    ack.mutable_ack()->set_sequence(m.result().sequence());
    send(ack);
    return m.result();
}

proto::Run Daemon::order(const std::string& id, const std::string& resource, const std::string& type,
                         const std::string& operation, std::int64_t timeout_ms) {
    proto::Run run;
    run.set_action_id(id);
    run.set_resource(resource);
    run.set_klass("ocf");
    run.set_provider("test");
    run.set_type(type);
    run.set_operation(operation);
    run.set_timeout_ms(timeout_ms);
    return run;
}

void Daemon::run(const proto::Run& order) {
    proto::Message m;
    *m.mutable_run() = order;
    send(m);
}

proto::Result Daemon::run_and_wait(const proto::Run& order) {
    run(order);
    return result();
}

}  // namespace muster::lrmd::test
