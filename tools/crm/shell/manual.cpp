#include "tools/crm/shell/manual.h"

#include "base/text.h"
#include "tools/crm/shell/help.h"
#include "tools/crm/table/command.h"

namespace muster::crm {
namespace {

// A line that begins with . or ' is a request, a backslash an escape, - a hyphen that nobody can copy.
std::string troff(const std::string& text) {
    std::string out = replace_all(replace_all(text, "\\", "\\e"), "-", "\\-");
    out = replace_all(out, "\n", "\n.br\n");
    if (!out.empty() && (out[0] == '.' || out[0] == '\'')) out.insert(0, "\\&");
    return out;
}

void command_section(std::string& out, const Command& c) {
    out += ".TP\n.B " + troff((c.level.empty() ? "" : c.level + " ") + c.name) + " \\fR" + troff(c.arguments) + "\n";
    out += troff(c.summary) + ".\n";
    if (!c.aliases.empty()) out += "Also: " + troff(join(c.aliases, ", ")) + ".\n";
    if (!c.help.empty()) out += ".br\n" + troff(c.help) + "\n";
}

}  // namespace

std::string manual_page() {
    std::string out =
        ".\\\" made by: crm help --man\n"
        ".TH CRM 8 \"\" Muster \"High availability\"\n.SH NAME\ncrm \\- the shell of the cluster\n"
        ".SH SYNOPSIS\n.B crm\n[options] [level] [command arguments...]\n"
        ".SH DESCRIPTION\nWithout a command, crm reads commands from a pipe or asks for them; Tab completes.\n"
        "Names of levels and commands may be shortened.\n.SH OPTIONS\n.nf\n";
    const std::string all = overview();
    const auto begin = all.find("options:\n") + 9;
    out += troff(all.substr(begin, all.find("\n\ncommands:") - begin)) + "\n.fi\n.SH COMMANDS\n";
    for (const auto* c : table().in_level("")) command_section(out, *c);
    for (const auto& level : table().levels()) {
        out += ".SS " + troff(level.name) + "\n" + troff(level.summary) + ".\n";
        for (const auto* c : table().in_level(level.name)) command_section(out, *c);
    }
    out += ".SH EXIT STATUS\n0 done, 1 error, 2 usage.  crm status: 0 all is well, 1 degraded, 2 a service is down,\n"
           "3 no quorum or unsafe, 4 it can not be found out, 64 usage.\n"
           ".SH ENVIRONMENT\nCIB_file: work on this file.  CIB_shadow: work on this shadow copy.  EDITOR: for edit.\n"
           "NO_COLOR: no colour.\n";
    return out;
}

std::string bash_completion() {
    return "# bash completion of crm, made by: crm help --bash\n"
           "_crm() {\n"
           "    local IFS=$'\\n'\n"
           "    COMPREPLY=($(crm help --complete \"${COMP_LINE:0:$COMP_POINT}\" 2>/dev/null))\n"
           "    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
           "}\n"
           "complete -F _crm crm\n";
}

}  // namespace muster::crm
