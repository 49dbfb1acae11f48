#include "tools/crm/lang/acl_shortcuts.h"

#include <vector>

#include "base/text.h"

namespace muster::crm::lang {
namespace {

// %1 and %2 are the words after the first colon.
struct Shortcut {
    const char* name;
    std::size_t words;
    const char* xpath;
};
const Shortcut kShortcuts[] = {
    {"meta", 1, "//primitive[@id='%1']/meta_attributes"},
    {"meta", 2, "//primitive[@id='%1']/meta_attributes/nvpair[@name='%2']"},
    {"params", 1, "//primitive[@id='%1']/instance_attributes"},
    {"params", 2, "//primitive[@id='%1']/instance_attributes/nvpair[@name='%2']"},
    {"utilization", 1, "//primitive[@id='%1']/utilization"},
    {"location", 1, "//rsc_location[@id='cli-prefer-%1' and @rsc='%1']"},
    {"property", 0, "//crm_config/cluster_property_set"},
    {"property", 1, "//crm_config/cluster_property_set/nvpair[@name='%1']"},
    {"node", 0, "//nodes/node"},
    {"node", 1, "//nodes/node[@uname='%1']"},
    {"nodeattr", 0, "//nodes/node/instance_attributes"},
    {"nodeattr", 1, "//nodes/node/instance_attributes/nvpair[@name='%1']"},
    {"nodeutil", 0, "//nodes/node/utilization"},
    {"nodeutil", 1, "//nodes/node/utilization[@uname='%1']"},
    {"status", 0, "/cib/status"},
    {"cib", 0, "/cib"},
};

std::string fill(const char* pattern, const std::string& one, const std::string& two) {
    return replace_all(replace_all(pattern, "%1", one), "%2", two);
}

// The text between `before` and `after` at the place of %N; nothing if the pattern does not fit.
std::optional<std::vector<std::string>> match(const Shortcut& s, std::string_view xpath) {
    std::vector<std::string> words(2);
    std::string_view pattern = s.xpath;
    while (!pattern.empty()) {
        const auto mark = pattern.find('%');
        const std::string_view fixed = pattern.substr(0, mark);
        if (!starts_with(xpath, fixed)) return std::nullopt;
        xpath.remove_prefix(fixed.size());
        if (mark == std::string_view::npos) break;
        const auto end = xpath.find('\'');
        if (end == std::string_view::npos) return std::nullopt;
        words[static_cast<std::size_t>(pattern[mark + 1] - '1')] = std::string{xpath.substr(0, end)};
        xpath.remove_prefix(end);
        pattern.remove_prefix(mark + 2);
    }
    if (!xpath.empty()) return std::nullopt;
    return words;
}

}  // namespace

std::optional<std::string> acl_xpath(std::string_view shortcut) {
    std::vector<std::string> parts;
    for (auto p : split(shortcut, ':')) parts.emplace_back(p);
    for (const auto& s : kShortcuts) {
        if (parts[0] != s.name || parts.size() != s.words + 1) continue;
        return fill(s.xpath, s.words > 0 ? parts[1] : "", s.words > 1 ? parts[2] : "");
    }
    return std::nullopt;
}

std::optional<std::string> acl_shortcut(std::string_view xpath) {
    for (const auto& s : kShortcuts) {
        auto words = match(s, xpath);
        if (!words || fill(s.xpath, (*words)[0], (*words)[1]) != xpath) continue;
        std::string out = s.name;
        for (std::size_t i = 0; i < s.words; ++i) out += ":" + (*words)[i];
        return out;
    }
    return std::nullopt;
}

}  // namespace muster::crm::lang
