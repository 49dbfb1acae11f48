#include "crmd/musterd/log_carrier.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <utility>

#include "base/text.h"

namespace muster::musterd {
namespace {

template <std::size_t N>
std::optional<int> number_of(const std::array<std::pair<std::string_view, int>, N>& table, std::string_view name) {
    for (const auto& [known, number] : table) {
        if (known == name) return number;
    }
    return std::nullopt;
}

std::string setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr || std::string_view{value} == "none" ? "" : value;
}

LogTargets targets() {
    LogTargets t;
    t.file = setting("PCMK_logfile");
    if (const auto name = setting("MUSTER_SYSLOG"); !name.empty()) t.socket = name;
    if (const auto name = setting("PCMK_logfacility"); !name.empty()) {
        t.facility = facility_number(name);
        if (!t.facility) throw std::runtime_error(fmt::format("PCMK_logfacility=\"{}\": expected none, daemon, user, auth, authpriv or local0 to local7", name));
    }
    if (const auto name = setting("PCMK_logpriority"); !name.empty()) {
        const auto level = level_number(name);
        if (!level) throw std::runtime_error(fmt::format("PCMK_logpriority=\"{}\": expected emerg, alert, crit, error, warning, notice, info or debug", name));
        t.least = *level;
    }
    return t;
}

class Carrier {
  public:
    Carrier(const LogTargets& t, int file) : targets_{t}, file_{file}, socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
        host_.resize(256);
        if (::gethostname(host_.data(), host_.size() - 1) != 0) host_ = "localhost";
        host_.resize(std::strlen(host_.c_str()));
    }

    void carry(std::string_view whole) {
        const LogLine line = parse_log_line(whole);
        char when[32];
        const std::time_t now = std::time(nullptr);
        std::tm local{};
        std::strftime(when, sizeof when, "%b %e %H:%M:%S", ::localtime_r(&now, &local));
        if (file_ >= 0 && line.level <= 6) {
            // A full disk must not stop the cluster: the line is lost.
            const std::string text = fmt::format("{} {} {}: {}\n", when, host_, line.program, line.text);
            [[maybe_unused]] const auto written = ::write(file_, text.data(), text.size());
        }
        if (targets_.facility && line.level <= targets_.least) {
            const std::string text = fmt::format("<{}>{} {}: {}", *targets_.facility * 8 + line.level, when, line.program, line.text);
            sockaddr_un to{};
            to.sun_family = AF_UNIX;
            std::strncpy(to.sun_path, targets_.socket.c_str(), sizeof to.sun_path - 1);
            // Nobody listens (yet), or is too slow: the line is lost, as with syslog(3).
            ::sendto(socket_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), sizeof to);
        }
    }

  private:
    const LogTargets& targets_;
    std::string host_;
    int file_, socket_;
};

// Until the last writer has gone.
void carry_all(Carrier& carrier, int from) {
    std::FILE* lines = ::fdopen(from, "r");
    char* line = nullptr;
    std::size_t room = 0;
    while (lines != nullptr) {
        const auto length = ::getline(&line, &room, lines);
        if (length < 0) break;
        carrier.carry(trim({line, static_cast<std::size_t>(length)}));
    }
    std::free(line);
}

[[noreturn]] void become_carrier(const LogTargets& t, int from, int file) {
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) std::signal(number, SIG_IGN);
    Carrier carrier{t, file};
    carry_all(carrier, from);
    ::_exit(0);
}

}  // namespace

std::optional<int> facility_number(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, int>, 14> kNames{{{"user", 1}, {"mail", 2}, {"daemon", 3}, {"auth", 4}, {"syslog", 5},
        {"authpriv", 10}, {"local0", 16}, {"local1", 17}, {"local2", 18}, {"local3", 19}, {"local4", 20}, {"local5", 21}, {"local6", 22}, {"local7", 23}}};
    return number_of(kNames, name);
}

std::optional<int> level_number(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, int>, 9> kNames{{{"emerg", 0}, {"alert", 1}, {"crit", 2}, {"error", 3}, {"err", 3},
        {"warning", 4}, {"notice", 5}, {"info", 6}, {"debug", 7}}};
    return number_of(kNames, name);
}

LogLine parse_log_line(std::string_view line) {
    LogLine found;
    if (line.size() > 3 && line[0] == '<' && line[1] >= '0' && line[1] <= '7' && line[2] == '>') {
        found.level = line[1] - '0';
        line.remove_prefix(3);
    }
    if (const auto colon = line.find(": "); colon != std::string_view::npos && line.find(' ') > colon) {
        found.program = line.substr(0, colon);
        line.remove_prefix(colon + 2);
    }
    // The program's own clock: every target has one already.
    const auto blank = line.find(' ');
    if (blank != std::string_view::npos && blank >= 12 && line.find_first_not_of("0123456789.") == blank) line.remove_prefix(blank + 1);
    found.text = line;
    return found;
}

void carry_logs() {
    const LogTargets t = targets();
    if (!t.facility && t.file.empty()) return;
    int file = -1;
    if (!t.file.empty()) {
        file = ::open(t.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
        if (file < 0) throw std::runtime_error(fmt::format("PCMK_logfile={}: {}", t.file, std::strerror(errno)));
    }
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error(fmt::format("no pipe for the logs: {}", std::strerror(errno)));
    // Twice: it is nobody's child, and no child that musterd would have to watch.
    const pid_t first = ::fork();
    if (first < 0) throw std::runtime_error(fmt::format("no process for the logs: {}", std::strerror(errno)));
    if (first == 0) {
        if (::fork() != 0) ::_exit(0);
        ::close(ends[1]);
        ::setsid();
        become_carrier(t, ends[0], file);
    }
    ::waitpid(first, nullptr, 0);
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    if (file >= 0) ::close(file);
}

}  // namespace muster::musterd
