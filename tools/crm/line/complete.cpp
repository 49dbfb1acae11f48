#include "tools/crm/line/complete.h"

#include <algorithm>

#include "base/text.h"
#include "tools/crm/check/checks.h"
#include "tools/crm/lang/objects.h"

namespace muster::crm {
namespace {

using Candidates = std::vector<Candidate>;

Candidates commands_here(const Table& table, const std::string& level) {
    Candidates out;
    for (const auto* c : table.in_level(level)) out.push_back({c->name, c->summary, false});
    if (level.empty()) {
        for (const auto& l : table.levels()) out.push_back({l.name, l.summary, false});
    } else {
        for (const char* name : {"cd", "help", "ls", "quit", "up"}) {
            if (auto c = table.command("", name)) out.push_back({(*c)->name, (*c)->summary, false});
        }
    }
    return out;
}

Candidates rules(const std::vector<OptionRule>& all) {
    Candidates out;
    for (const auto& r : all) {
        if (*r.text != '\0') out.push_back({std::string{r.name} + "=", r.text, true});
    }
    return out;
}

// "no-quorum-policy=st": values of that option.
Candidates values(const std::vector<OptionRule>& all, const std::string& word) {
    Candidates out;
    const auto equal = word.find('=');
    const auto* rule = equal == std::string::npos ? nullptr : find_rule(all, word.substr(0, equal));
    if (rule == nullptr) return out;
    const std::string list = std::string_view{rule->type} == "boolean" ? "true|false" : rule->values;
    for (auto v : split(list, '|')) {
        if (!v.empty()) out.push_back({word.substr(0, equal + 1) + std::string{v}, v == rule->otherwise ? "default" : "", false});
    }
    return out;
}

Candidates objects_that(const CompletionWorld& world, bool (*fits)(const Object&)) {
    Candidates out;
    if (world.configuration == nullptr) return out;
    for (const auto& o : objects(*world.configuration)) {
        if (fits(o)) out.push_back({o.id, o.keyword, false});
    }
    return out;
}

bool is_resource(const Object& o) { return is_resource_name(o.element->name()); }
bool is_node(const Object& o) { return o.keyword == "node"; }
bool is_device(const Object& o) { return o.element->get("class") == "stonith"; }
bool is_group(const Object& o) { return o.keyword == "group"; }
bool is_role(const Object& o) { return o.keyword == "role"; }
bool is_any(const Object&) { return true; }

Candidates words(std::initializer_list<const char*> list) {
    Candidates out;
    for (const char* w : list) out.push_back({w, "", false});
    return out;
}

Candidates set_paths(const CompletionWorld& world) {
    Candidates out;
    if (world.configuration == nullptr) return out;
    for (const auto& o : objects(*world.configuration)) {
        for (const auto& set : o.element->children()) {
            for (const auto& nv : set.children()) {
                if (nv.name() == "nvpair") out.push_back({o.id + "." + nv.get("name"), nv.get("value"), false});
                if (nv.name() != "op") continue;
                for (const char* a : {"interval", "timeout"}) {
                    if (nv.has(a)) out.push_back({o.id + "." + nv.get("name") + "." + a, nv.get(a), false});
                }
            }
        }
    }
    return out;
}

Candidates topics(const Table& table) {
    Candidates out;
    for (const auto& l : table.levels()) out.push_back({l.name, l.summary, false});
    return out;
}

// Inside "primitive ID AGENT ...": keywords, parameters of the agent, meta attributes, operations.
Candidates primitive_words(const CompletionWorld& world, const Tokens& before, const std::string& word) {
    std::string part;
    for (std::size_t i = 3; i < before.size(); ++i) {
        const std::string& w = before[i].text;
        if (w == "params" || w == "meta" || w == "op" || w == "utilization" || w == "op_params" || w == "op_meta") part = w;
    }
    Candidates out;
    if (part == "params" && world.parameters) {
        for (auto c : world.parameters(before[2].text)) {
            const bool given = std::any_of(before.begin(), before.end(), [&](const Token& t) { return starts_with(t.text, c.text); });
            if (!given) out.push_back(std::move(c));
        }
    } else if (part == "meta" || part == "op_meta") {
        out = word.find('=') == std::string::npos ? rules(meta_rules()) : values(meta_rules(), word);
    } else if (part == "op") {
        if (before.back().text == "op") return words({"monitor", "start", "stop", "promote", "demote", "notify", "migrate_to", "migrate_from"});
        for (const char* a : {"interval=", "timeout=", "on-fail=", "role=", "enabled="}) out.push_back({a, "", true});
        if (starts_with(word, "on-fail=")) {
            for (const char* v : {"restart", "ignore", "block", "stop", "fence", "standby", "demote"}) out.push_back({std::string{"on-fail="} + v, "", false});
        }
        if (starts_with(word, "role=")) {
            for (const char* v : {"Started", "Stopped", "Promoted", "Unpromoted"}) out.push_back({std::string{"role="} + v, "", false});
        }
    }
    for (const char* k : {"params", "meta", "op", "utilization", "operations"}) out.push_back({k, "", false});
    return out;
}

Candidates by_want(Want want, const Command& command, const Table& table, const CompletionWorld& world, const std::string& word) {
    switch (want) {
        case Want::resource: return objects_that(world, is_resource);
        case Want::container: return objects_that(world, is_group);
        case Want::object: {
            auto out = objects_that(world, is_any);
            for (const auto& k : command.keywords) out.push_back({k, "", false});
            for (const char* p : {"type:", "tag:", "related:"}) out.push_back({p, "", true});
            return out;
        }
        case Want::node: return objects_that(world, is_node);
        case Want::device: return objects_that(world, is_device);
        case Want::acl_role: return objects_that(world, is_role);
        case Want::agent: return world.agents ? world.agents() : Candidates{};
        case Want::property: return word.find('=') == std::string::npos ? rules(property_rules()) : values(property_rules(), word);
        case Want::meta: return word.find('=') == std::string::npos ? rules(meta_rules()) : values(meta_rules(), word);
        case Want::operation: return words({"monitor", "start", "stop", "promote", "demote"});
        case Want::score: return words({"inf:", "-inf:", "100:", "rule"});
        case Want::on_off: return words({"on", "off"});
        case Want::lifetime: return words({"PT1H", "PT15M", "P1D"});
        case Want::set_path: return set_paths(world);
        case Want::topic: return topics(table);
        case Want::shadow: {
            Candidates out;
            for (const auto& s : world.shadows) out.push_back({s, "shadow copy", false});
            return out;
        }
        case Want::keyword: {
            Candidates out;
            for (const auto& k : command.keywords) out.push_back({k, "", false});
            if (command.name == "order") out = words({"Mandatory:", "Optional:", "Serialize:"});
            return out;
        }
        default: return {};
    }
}

Candidates fitting(Candidates all, const std::string& word) {
    Candidates out;
    for (auto& c : all) {
        if (starts_with(c.text, word)) out.push_back(std::move(c));
    }
    std::sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) { return a.text < b.text; });
    out.erase(std::unique(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) { return a.text == b.text; }), out.end());
    return out;
}

}  // namespace

std::vector<Candidate> complete(const Table& table, const CompletionWorld& world, const std::string& level,
                                const std::string& line) {
    auto lexed = lex(line);
    if (!lexed) return {};  // inside quotes
    Tokens before = *lexed;
    std::string word;
    if (!line.empty() && line.back() != ' ' && line.back() != '\t' && !before.empty()) {
        word = before.back().text;
        before.pop_back();
    }
    std::string where = level;
    while (!before.empty() && where.empty()) {  // "resource stop": the level first
        auto named = table.level(before.front().text);
        if (!named || ((*named)->name != before.front().text && table.command("", before.front().text))) break;
        where = (*named)->name;
        before.erase(before.begin());
    }
    if (before.empty()) return fitting(commands_here(table, where), word);
    auto command = table.command(where, before.front().text);
    if (!command) command = table.command("", before.front().text);
    if (!command) return {};
    const Command& c = **command;
    if ((c.name == "primitive" || c.name == "rsc_template") && before.size() > 2) return fitting(primitive_words(world, before, word), word);
    if (c.wants.empty()) return {};
    const std::size_t position = std::min(before.size() - 1, c.wants.size() - 1);
    return fitting(by_want(c.wants[position], c, table, world, word), word);
}

}  // namespace muster::crm
