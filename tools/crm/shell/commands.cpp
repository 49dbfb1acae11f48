// help, ls, cd, up, quit: commands that every level has.
#include "base/text.h"
#include "tools/crm/shell/context.h"
#include "tools/crm/line/candidates.h"
#include "tools/crm/shell/help.h"
#include "tools/crm/shell/manual.h"
#include "tools/crm/table/all.h"

namespace muster::crm {
namespace {

// What bash asks: the words that fit the line up to the cursor, one a line.
int offer(Context& context, std::string line) {
    const auto blank = line.find(' ');
    line = blank == std::string::npos ? "" : line.substr(blank + 1);
    for (const auto& c : candidates(context, line)) context.out << c.text << "\n";
    return kOk;
}

int help(Context& context, const Args& args) {
    if (!args.empty() && args[0] == "--man") {
        context.out << manual_page();
        return kOk;
    }
    if (!args.empty() && args[0] == "--bash") {
        context.out << bash_completion();
        return kOk;
    }
    if (args.size() == 2 && args[0] == "--complete") return offer(context, args[1]);
    if (args.empty()) {
        if (context.level.empty()) {
            context.out << overview();
        } else if (auto level = table().level(context.level)) {
            context.out << help_level(**level);
        }
        return kOk;
    }
    std::string level = context.level;
    std::size_t at = 0;
    if (auto named = table().level(args[0]); named && (level.empty() || args.size() > 1)) {
        if (args.size() == 1 && !table().command("", args[0])) {
            context.out << help_level(**named);
            return kOk;
        }
        if (args.size() > 1) {
            level = (*named)->name;
            at = 1;
        }
    }
    auto command = table().command(level, args[at]);
    if (!command) command = table().command("", args[at]);
    if (!command) return context.fail(command.error());
    context.out << help_command(**command);
    return kOk;
}

int list(Context& context, const Args&) {
    for (const auto* c : table().in_level(context.level)) context.out << c->name << "\n";
    if (context.level.empty()) {
        for (const auto& l : table().levels()) context.out << l.name << "/\n";
    }
    return kOk;
}

int up(Context& context, const Args&) { return leave_level(context); }

int quit(Context& context, const Args&) {
    while (!context.level.empty()) {
        const int status = leave_level(context);
        if (status != kOk && context.interactive) return status;
        if (status != kOk) {
            context.quit = true;
            return status;
        }
    }
    context.quit = true;
    return kOk;
}

int change_level(Context& context, const Args& args) {
    const std::string path = args.empty() ? "/" : args[0];
    for (std::string_view step : split(path, '/')) {
        if (step.empty() || step == ".") {
            if (starts_with(path, "/") && !context.level.empty() && step.empty()) {
                if (const int status = leave_level(context); status != kOk) return status;
            }
            continue;
        }
        if (step == "..") {
            if (const int status = leave_level(context); status != kOk) return status;
            continue;
        }
        auto level = table().level(step);
        if (!level) return context.fail("no level '" + std::string{step} + "'");
        context.level = (*level)->name;
    }
    return kOk;
}

}  // namespace

void add_shell(Table& table) {
    table.add({"", "help", {"?"}, "[LEVEL] [COMMAND]", "Show help", "--man prints the manual page, --bash the completion for bash.", {Want::topic}, {}, 0, 2, false, help});
    table.add({"", "ls", {}, "", "List levels and commands", "", {}, {}, 0, 0, false, list});
    table.add({"", "cd", {}, "[LEVEL]", "Go to another level", "", {Want::topic}, {}, 0, 1, false, change_level});
    table.add({"", "up", {"end", "back", ".."}, "", "Go up one level", "", {}, {}, 0, 0, false, up});
    table.add({"", "quit", {"exit", "bye"}, "", "Leave crm", "", {}, {}, 0, 0, false, quit});
    table.add(Level{"configure", {"cfg"}, "The configuration: resources, constraints, options", ""});
}

}  // namespace muster::crm
