#include "agents/ocf/ipvs/checker.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "agents/ocf/ipvs/director.h"
#include "agents/ocf/ipvs/probe.h"

namespace ipvs {
namespace {

volatile std::sig_atomic_t stop_wanted = 0;

long now_ms() {
    timespec t{};
    clock_gettime(CLOCK_BOOTTIME, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1'000'000;
}

// Hooks run beside us; what they print goes where our output goes.
void run_command(const std::string& command) {
    if (::fork() != 0) return;
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
}

class Checker {
  public:
    Checker(const Service& service, Table& table, const std::string& status_file)
        : service_{service}, table_{table}, status_file_{status_file}, director_{service}, multi_{curl_multi_init()} {
        const long now = now_ms();
        for (const auto& server : service.servers) {
            Turn turn;
            turn.due = server.check.kind == CheckKind::none ? -1 : now;
            turns_.push_back(std::move(turn));
        }
    }
    ~Checker() {
        for (auto& turn : turns_) drop(turn);
        curl_multi_cleanup(multi_);
    }

    int run() {
        if (!apply()) return 1;
        while (!stop_wanted) {
            const long now = now_ms();
            for (std::size_t i = 0; i < turns_.size(); ++i) begin(i, now);
            wait(now);
            int running = 0;
            curl_multi_perform(multi_, &running);
            take_curl();
            for (std::size_t i = 0; i < turns_.size(); ++i) {
                if (!turns_[i].probe) continue;
                if (const auto verdict = turns_[i].probe->poll(now_ms())) judged(i, *verdict);
            }
        }
        if (service_.omega) {
            for (const auto& server : service_.servers) {
                if (!server.notify_down.empty()) run_command(server.notify_down);
            }
        }
        return 0;
    }

  private:
    struct Turn {
        long due = 0;  // -1: never
        std::unique_ptr<Probe> probe;
    };

    void drop(Turn& turn) {
        if (turn.probe && turn.probe->handle()) curl_multi_remove_handle(multi_, turn.probe->handle());
        turn.probe.reset();
    }

    void begin(std::size_t i, long now) {
        Turn& turn = turns_[i];
        if (turn.probe || turn.due < 0 || now < turn.due) return;
        turn.probe = start_probe(service_.servers[i], now);
        if (turn.probe->handle()) curl_multi_add_handle(multi_, turn.probe->handle());
    }

    void wait(long now) {
        long most = 1000;
        std::vector<curl_waitfd> extra;
        for (const auto& turn : turns_) {
            if (turn.due >= 0 && !turn.probe) most = std::min(most, std::max(0L, turn.due - now));
            if (turn.probe && turn.probe->fd() >= 0) {
                extra.push_back({turn.probe->fd(), CURL_WAIT_POLLIN, 0});
                most = std::min(most, 100L);  // its own timeout
            }
        }
        curl_multi_poll(multi_, extra.data(), static_cast<unsigned>(extra.size()), static_cast<int>(most), nullptr);
    }

    void take_curl() {
        int left = 0;
        while (CURLMsg* m = curl_multi_info_read(multi_, &left)) {
            if (m->msg != CURLMSG_DONE) continue;
            const auto code = m->data.result;
            CURL* const handle = m->easy_handle;
            for (std::size_t i = 0; i < turns_.size(); ++i) {
                if (turns_[i].probe && turns_[i].probe->handle() == handle) {
                    judged(i, turns_[i].probe->curl_done(code));
                    break;
                }
            }
        }
    }

    void judged(std::size_t i, const Verdict& verdict) {
        drop(turns_[i]);
        const Consequences c = director_.verdict(i, verdict.ok, verdict.said, verdict.weight);
        turns_[i].due = now_ms() + c.next_check_ms;
        if (!c.text.empty()) std::fprintf(stderr, "ipvs %s: %s\n", to_string(service_.at).c_str(), c.text.c_str());
        if (c.table_changed) apply();
        else write_status();
        for (const auto& command : c.commands) run_command(command);
    }

    bool apply() {
        const std::string error = table_.set(service_, director_.table()).text;
        if (!error.empty()) std::fprintf(stderr, "ipvs %s: cannot set the table: %s\n", to_string(service_.at).c_str(), error.c_str());
        write_status();
        return error.empty();
    }

    void write_status() {
        const std::string beside = status_file_ + ".new";
        FILE* f = std::fopen(beside.c_str(), "we");
        if (!f) return;
        std::fprintf(f, "service %s %s %s %s\n", to_string(service_.at).c_str(), table_.name().c_str(), service_.scheduler.c_str(),
                     director_.has_quorum() ? "quorum" : "no-quorum");
        for (std::size_t i = 0; i < service_.servers.size(); ++i) {
            const ServerState& s = director_.state(i);
            std::fprintf(f, "server %s %s weight %d: %s\n", to_string(service_.servers[i].at).c_str(), s.up ? "up" : "down", s.weight,
                         s.checked ? s.said.c_str() : "not checked yet");
        }
        if (const std::string trouble = director_.trouble(); !trouble.empty()) std::fprintf(f, "trouble %s\n", trouble.c_str());
        std::fclose(f);
        std::rename(beside.c_str(), status_file_.c_str());
    }

    const Service& service_;
    Table& table_;
    std::string status_file_;
    Director director_;
    CURLM* multi_;
    std::vector<Turn> turns_;
};

}  // namespace

int run_checker(const Service& service, Table& table, const std::string& status_file) {
    struct sigaction action {};
    action.sa_handler = [](int) { stop_wanted = 1; };
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const int status = Checker{service, table, status_file}.run();
    curl_global_cleanup();
    return status;
}

}  // namespace ipvs
