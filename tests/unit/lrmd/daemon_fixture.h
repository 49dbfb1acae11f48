// A real lrmd with sockets, traces and agents of its own in a temporary folder; everything it started ends with it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/os/sync_client.h"
#include "lrmd/protocol/lrmd.pb.h"

namespace muster::lrmd::test {

class Daemon {
  public:
    explicit Daemon(std::vector<std::string> environment = {});
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    const std::string& folder() const { return folder_; }
    pid_t pid() const { return pid_; }
    std::string log() const;
    std::string file(const std::string& name) const { return folder_ + "/" + name; }

    // An agent "ocf:test:NAME" (shell text after the #! line).
    void agent(const std::string& name, const std::string& text, unsigned mode = 0755) const;
    void script(const std::string& folder, const std::string& name, const std::string& text) const;

    void start();        // waits until it answers
    void kill_hard();    // SIGKILL, reaped
    void connect(const std::string& client = "crmd");
    void send(const proto::Message& message);
    // The next message within the time; fails the test if none comes.
    proto::Message receive(int within_ms = 10'000);
    bool silent_for(int ms);
    // The next result, acknowledged.
    proto::Result result(int within_ms = 10'000);

    static proto::Run order(const std::string& id, const std::string& resource, const std::string& type,
                            const std::string& operation, std::int64_t timeout_ms = 5000);
    void run(const proto::Run& order);
    proto::Result run_and_wait(const proto::Run& order);

  private:
    std::string folder_;
    std::vector<std::string> environment_;
    pid_t pid_ = 0;
    std::optional<os::SyncClient> client_;
};

// Polls up to 5 s.
bool eventually(const std::function<bool()>& condition);
bool process_alive(pid_t pid);
std::string slurp(const std::string& path);

}  // namespace muster::lrmd::test
