// From words to a command: levels, scripts, single shots.
#include <iostream>

#include "base/text.h"
#include "tools/crm/configure/commit.h"
#include "tools/crm/configure/editor.h"
#include "tools/crm/shell/context.h"
#include "tools/crm/shell/help.h"

namespace muster::crm {
namespace {

// At the top a level's own name goes before a command's beginning.
const Level* level_named(const std::string& word) {
    for (const auto& l : table().levels()) {
        if (l.name == word) return &l;
        for (const auto& a : l.aliases) {
            if (a == word) return &l;
        }
    }
    return nullptr;
}

bool asks_for_help(const Tokens& words) { return !words.empty() && (words.front().text == "--help" || words.front().text == "-h"); }

int run_command(Context& context, const Command& command, Tokens words) {
    if (asks_for_help(words)) {
        context.out << help_command(command);
        return kOk;
    }
    Args args;
    args.command = &command;
    args.words = std::move(words);
    if (args.size() < command.least) {
        return context.usage(args, command.name + " needs " + (args.empty() ? "an argument" : "more arguments"));
    }
    if (args.size() > command.most) {
        return context.usage(args, command.name + ": too many arguments from '" + args[command.most] + "' on");
    }
    return command.run(context, args);
}

int enter(Context& context, const Level& level, Tokens rest, bool single) {
    const std::string before = context.level;
    context.level = level.name;
    if (rest.empty()) return kOk;
    if (asks_for_help(rest)) {
        context.out << help_level(level);
        context.level = before;
        return kOk;
    }
    const int status = run_line(context, std::move(rest), single);
    if (context.quit) return status;
    // A single shot of the configure level commits by itself; what failed is dropped.
    if (level.name == "configure" && before != "configure") {
        if (status != kOk) {
            context.editor.reset();
        } else if (const int committed = leave_level(context); committed != kOk) {
            context.level = before;
            return committed;
        }
    }
    context.level = before;
    return status;
}

}  // namespace

int run_line(Context& context, Tokens words, bool single) {
    if (words.empty()) return kOk;
    std::string first = words.front().text;
    if (starts_with(first, "/")) {  // "/resource" from anywhere
        context.level.clear();
        first = words.front().text = first.substr(1);
        if (first.empty()) return kOk;
    }
    Tokens rest{words.begin() + 1, words.end()};
    if (context.level.empty()) {
        if (const Level* level = level_named(to_lower(first))) return enter(context, *level, std::move(rest), single);
    }
    auto command = table().command(context.level, first);
    if (!command && !context.level.empty()) {
        if (auto top = table().command("", first)) command = top;
    }
    if (command) return run_command(context, **command, std::move(rest));
    if (context.level.empty()) {
        if (auto level = table().level(first)) return enter(context, **level, std::move(rest), single);
    }
    std::string where = words.front().line > 0 ? "line " + std::to_string(words.front().line) + ": " : "";
    context.fail(where + command.error().message);
    return single ? kUsage : kError;
}

int leave_level(Context& context) {
    if (context.level == "configure") {
        const int status = end_editing(context);
        if (status != kOk && context.interactive) return status;
        context.level.clear();
        return status;
    }
    context.level.clear();
    return kOk;
}

int run_script(Context& context, const std::string& text, const std::string& name) {
    context.source = name;
    int worst = kOk;
    for (const Line& line : logical_lines(text)) {
        auto words = lex(line.text, line.number);
        int status = words ? run_line(context, std::move(*words), false) : context.fail(words.error());
        if (status != kOk) {
            worst = status;
            if (!context.options.force) {
                context.editor.reset();  // nothing half done
                return worst;
            }
        }
        if (context.quit) break;
    }
    while (!context.level.empty()) {
        const int status = leave_level(context);
        if (status != kOk) worst = status;
    }
    return worst;
}

}  // namespace muster::crm
