#include "tools/crm/shell/help.h"

namespace muster::crm {
namespace {

std::string row(const std::string& name, const std::string& summary) {
    return "  " + name + std::string(name.size() < 20 ? 20 - name.size() : 1, ' ') + summary + "\n";
}

std::string commands_of(const std::string& level) {
    std::string out;
    for (const auto* c : table().in_level(level)) out += row(c->name, c->summary);
    return out;
}

}  // namespace

std::string usage_line(const Command& command) {
    std::string out = "crm " + (command.level.empty() ? "" : command.level + " ") + command.name;
    return command.arguments.empty() ? out : out + " " + command.arguments;
}

std::string overview() {
    std::string out =
        "usage: crm [OPTIONS] [LEVEL] [COMMAND ARGUMENTS...]\n\n"
        "Without a command, crm reads commands from a pipe or asks for them (Tab completes).\n\n"
        "options:\n"
        "  -c, --cib CIB         work on this CIB: a path with a slash, or the name of a shadow copy\n"
        "  -f, --file FILE       commands from a file (-: standard input)\n"
        "  -o, --output FORM     text, json or xml of commands that show something; or NAME=VALUE: an option of crm\n"
        "  -D, --display HOW     plain, color, color-always, uppercase\n"
        "  -w, --wait            until the cluster has done what was asked\n"
        "      --dry-run         say what would happen and change nothing\n"
        "  -y, --yes             answer every question with yes\n"
        "  -n, --no              answer every question with no\n"
        "  -F, --force           go on where a check would stop\n"
        "  -H, --history FROM    saved history to look at\n"
        "  -d, --debug           say more\n"
        "  -h, --help   --version\n\ncommands:\n";
    out += commands_of("");
    for (const auto& level : table().levels()) {
        out += "\n" + level.name + ": " + level.summary + "\n" + commands_of(level.name);
    }
    return out + "\nexit status: 0 done, 1 error, 2 usage; crm status: see crm help status\n";
}

std::string help_level(const Level& level) {
    std::string out = level.name + ": " + level.summary + "\n";
    if (!level.help.empty()) out += "\n" + level.help + "\n";
    return out + "\n" + commands_of(level.name);
}

std::string help_command(const Command& command) {
    std::string out = command.summary + "\n\nusage: " + usage_line(command) + "\n";
    if (!command.aliases.empty()) {
        out += "also:";
        for (const auto& a : command.aliases) out += " " + a;
        out += "\n";
    }
    if (!command.help.empty()) out += "\n" + command.help + "\n";
    return out;
}

}  // namespace muster::crm
