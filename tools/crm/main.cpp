// crm: the shell of the cluster.  Single shot, script (-f, or a pipe) and interactive.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <iterator>

#include "base/os/files.h"
#include "tools/crm/configure/editor.h"
#include "tools/crm/shell/context.h"
#include "tools/crm/shell/help.h"

namespace muster::crm {
namespace {

void look_at_terminal(Context& context) {
    const bool terminal = isatty(STDOUT_FILENO) != 0;
    winsize size{};
    if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) context.width = size.ws_col;
    if (const char* columns = std::getenv("COLUMNS"); columns != nullptr && std::atoi(columns) > 20) {
        context.width = std::atoi(columns);
    }
    const auto& display = context.options.display;
    const char* no_color = std::getenv("NO_COLOR");
    context.color = display == "color-always" ||
                    (terminal && display != "plain" && display != "uppercase" && (no_color == nullptr || !*no_color));
}

int read_script(Context& context, const std::string& file) {
    if (file == "-") {
        const std::string text{std::istreambuf_iterator<char>{std::cin}, {}};
        return run_script(context, text, "standard input");
    }
    auto text = os::read_file(file);
    if (!text) return context.fail(text.error());
    return run_script(context, *text, file);
}

// The context, its documents among it, is left to the end of the process: taking them apart first is time that a person waits.
int run(const std::vector<std::string>& arguments) {
    static Context& context = *new Context{std::cout, std::cerr};
    auto options = parse_options(arguments);
    if (!options) {
        context.fail(options.error());
        return kUsage;
    }
    context.options = std::move(*options);
    look_at_terminal(context);
    if (context.options.version) {
        std::cout << "crm (Muster) 0.1.0\n";
        return kOk;
    }
    if (context.options.help) {
        std::cout << overview();
        return kOk;
    }
    if (!context.options.file.empty()) return read_script(context, context.options.file);
    if (!context.options.words.empty()) {
        const int status = run_line(context, from_words(context.options.words), true);
        if (context.level.empty() || context.quit || status != kOk) return status;
    }
    if (isatty(STDIN_FILENO) == 0) return read_script(context, "-");
    return run_interactive(context);
}

}  // namespace
}  // namespace muster::crm

int main(int argc, char** argv) {
    int status = muster::crm::kError;
    try {
        status = muster::crm::run({argv + 1, argv + argc});
    } catch (const std::exception& e) {
        std::cerr << "error: " << e.what() << "\n";
    }
    std::cout.flush();
    std::fflush(nullptr);
    ::_exit(std::cout ? status : muster::crm::kError);
}
