// One program with many names: the one that it is called by decides.
#include <fmt/format.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <exception>
#include <string>

#include "base/os/files.h"
#include "tools/classic/programs.h"

extern char** environ;

namespace {

using namespace muster;

Result<std::string> read_stdin() {
    std::string all;
    char buffer[65536];
    for (;;) {
        const auto n = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (n < 0) return fail(ErrorCode::io, "standard input cannot be read");
        if (n == 0) return all;
        all.append(buffer, static_cast<std::size_t>(n));
    }
}

void write_all(int fd, const std::string& text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto n = ::write(fd, text.data() + at, text.size() - at);
        if (n <= 0) return;  // nobody listens any more
        at += static_cast<std::size_t>(n);
    }
}

WallTime read_clock() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return WallTime{now.tv_sec * 1'000'000LL + now.tv_nsec / 1000};
}

// The pid file is there when the caller goes on: an agent looks for it at once.
Result<void> detach(const std::string& pid_file) {
    const pid_t child = ::fork();
    if (child < 0) return fail(ErrorCode::io, "no process can be made");
    if (child > 0) {
        const auto written = pid_file.empty() ? Result<void>{} : os::write_file_atomic(pid_file, fmt::format("{}\n", child), 0644);
        if (written) ::_exit(classic::kOk);
        ::kill(child, SIGKILL);
        return written;
    }
    ::setsid();
    const int null = ::open("/dev/null", O_RDWR);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, fd);
    if (null > STDERR_FILENO) ::close(null);
    return {};
}

void wait(milliseconds time) {
    timespec left{time.count() / 1000, (time.count() % 1000) * 1'000'000};
    ::nanosleep(&left, nullptr);
}

classic::Context make_context(int argc, char** argv) {
    classic::Context context;
    const std::string path = argc > 0 ? argv[0] : "";
    context.program = path.substr(path.rfind('/') + 1);
    for (int i = 1; i < argc; ++i) context.arguments.emplace_back(argv[i]);
    for (char** e = environ; *e; ++e) {
        const std::string text = *e;
        const auto equals = text.find('=');
        if (equals != std::string::npos) context.environment[text.substr(0, equals)] = text.substr(equals + 1);
    }
    utsname names{};
    if (::uname(&names) == 0) context.host = static_cast<const char*>(names.nodename);
    context.clock = read_clock;
    context.now = read_clock();
    context.read_stdin = read_stdin;
    context.detach = detach;
    context.wait = wait;
    return context;
}

// Called as "muster-classic NAME ...", the first word is the name.
void shift_name(classic::Context& context) {
    if (context.program != "muster-classic" || context.arguments.empty()) return;
    context.program = context.arguments.front();
    context.arguments.erase(context.arguments.begin());
}

int run(classic::Context& context) {
    shift_name(context);
    const classic::Program program = classic::find_program(context.program);
    if (!program) {
        write_all(STDERR_FILENO, fmt::format("{}: no classic tool has this name\n", context.program));
        return classic::kUsage;
    }
    context.flush = [&context] {
        write_all(STDERR_FILENO, context.err);
        write_all(STDOUT_FILENO, context.out);
        context.err.clear();
        context.out.clear();
    };
    const int status = program(context);
    context.flush();
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        classic::Context context = make_context(argc, argv);
        return run(context);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s: %s\n", argc > 0 ? argv[0] : "muster-classic", e.what());
        return muster::classic::kSoftware;
    }
}
