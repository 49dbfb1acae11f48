#include "tools/crm/ra/info.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/time.h"

namespace muster::crm {
namespace {

std::string parameter_text(const AgentParameter& p) {
    std::string head = p.name + (p.required ? "*" : "");
    std::string kind = p.type.empty() ? "string" : p.type;
    if (!p.value_default.empty()) kind += ", [" + p.value_default + "]";
    std::string out = fmt::format("{} ({}): {}{}\n", head, kind, p.shortdesc, p.obsolete ? " (deprecated)" : "");
    for (const auto line : split(p.longdesc, '\n')) {
        const auto text = trim(line);
        if (!text.empty()) out += fmt::format("    {}\n", text);
    }
    return out + "\n";
}

// "20" and "20s" are the same advice.
std::string time_text(const std::string& text) {
    const bool bare = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return bare ? text + "s" : text;
}

bool known_to_all(const std::string& name) { return name == "OCF_CHECK_LEVEL" || starts_with(name, "CRM_meta_"); }

}  // namespace

std::string describe_agent(const AgentName& name, const AgentMeta& meta) {
    std::string out = fmt::format("{} ({})\n\n{}\n\n", meta.shortdesc.empty() ? name.type : meta.shortdesc, to_string(name), meta.longdesc);
    if (!meta.parameters.empty()) out += "Parameters (*: required, []: default):\n\n";
    for (const auto& p : meta.parameters) out += parameter_text(p);
    if (meta.actions.empty()) return out;
    out += "Operations' defaults (advisory minimum):\n\n";
    for (const auto& a : meta.actions) {
        if (a.name == "meta-data") continue;
        std::string line = fmt::format("    {:<13}", a.name);
        if (!a.timeout.empty()) line += " timeout=" + time_text(a.timeout);
        if (!a.interval.empty() && a.interval != "0") line += " interval=" + time_text(a.interval);
        if (!a.role.empty()) line += " role=" + a.role;
        out += line + "\n";
    }
    return out;
}

std::vector<std::string> check_parameters(const AgentMeta& meta, const std::vector<std::pair<std::string, std::string>>& given) {
    std::vector<std::string> problems;
    for (const auto& [name, value] : given) {
        const AgentParameter* p = meta.parameter(name);
        if (p == nullptr) {
            if (known_to_all(name)) continue;
            std::string near;
            std::size_t best = 3;
            for (const auto& known : meta.parameters) {
                const std::size_t distance = edit_distance(name, known.name);
                if (distance < best) best = distance, near = known.name;
            }
            problems.push_back(fmt::format("it has no parameter \"{}\"{}", name, near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
            continue;
        }
        if (p->type == "integer" && !parse_int(value)) problems.push_back(fmt::format("{}=\"{}\": expected a whole number", name, value));
        if (p->type == "boolean" && !parse_bool(value)) problems.push_back(fmt::format("{}=\"{}\": expected true or false", name, value));
    }
    for (const auto& p : meta.parameters) {
        const bool there = std::any_of(given.begin(), given.end(), [&](const auto& g) { return g.first == p.name; });
        if (p.required && !there && p.value_default.empty()) problems.push_back(fmt::format("required parameter \"{}\" is missing", p.name));
    }
    return problems;
}

}  // namespace muster::crm
