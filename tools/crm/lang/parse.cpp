#include "tools/crm/lang/parse.h"

#include <algorithm>
#include <map>

#include "base/xml/parse.h"
#include "tools/crm/lang/cursor.h"

namespace muster::crm {
namespace {

struct Keyword {
    const char* section;
    const char* element;
    Parsed<void> (*parse)(lang::Cursor&, Statement&);
};

const std::map<std::string, Keyword, std::less<>>& keywords() {
    static const std::map<std::string, Keyword, std::less<>> all{
        {"node", {"nodes", "node", lang::parse_cluster}},
        {"monitor", {"resources", "op", lang::parse_monitor}},
        {"rsc_template", {"resources", "template", lang::parse_resource}},
        {"primitive", {"resources", "primitive", lang::parse_resource}},
        {"group", {"resources", "group", lang::parse_resource}},
        {"ms", {"resources", "master", lang::parse_resource}},
        {"clone", {"resources", "clone", lang::parse_resource}},
        {"bundle", {"resources", "bundle", lang::parse_resource}},
        {"tag", {"tags", "tag", lang::parse_cluster}},
        {"location", {"constraints", "rsc_location", lang::parse_constraint}},
        {"colocation", {"constraints", "rsc_colocation", lang::parse_constraint}},
        {"order", {"constraints", "rsc_order", lang::parse_constraint}},
        {"rsc_ticket", {"constraints", "rsc_ticket", lang::parse_constraint}},
        {"fencing_topology", {"fencing-topology", "fencing-topology", lang::parse_cluster}},
        {"property", {"crm_config", "cluster_property_set", lang::parse_cluster}},
        {"rsc_defaults", {"rsc_defaults", "meta_attributes", lang::parse_cluster}},
        {"op_defaults", {"op_defaults", "meta_attributes", lang::parse_cluster}},
        {"role", {"acls", "acl_role", lang::parse_access}},
        {"acl_target", {"acls", "acl_target", lang::parse_access}},
        {"acl_group", {"acls", "acl_group", lang::parse_access}},
        {"alert", {"alerts", "alert", lang::parse_alert}},
    };
    return all;
}

const std::map<std::string, std::string, std::less<>> kSynonyms{
    {"collocation", "colocation"}, {"rsc_location", "location"}, {"rsc_colocation", "colocation"},
    {"rsc_order", "order"},        {"master", "ms"},             {"template", "rsc_template"},
    {"user", "acl_target"},        {"resource", "primitive"},
};

// Where an element of that name belongs.
std::string section_of(const std::string& element) {
    for (const auto& [name, k] : keywords()) {
        if (element == k.element && element != "meta_attributes") return k.section;
    }
    return "";
}

std::string keyword_of(const std::string& element) {
    for (const auto& [name, k] : keywords()) {
        if (element == k.element && element != "meta_attributes") return name;
    }
    return "";
}

// xml <primitive .../>
Parsed<Statement> parse_xml_statement(const Tokens& tokens) {
    Statement out;
    out.tokens = tokens;
    std::string text;
    for (std::size_t i = 1; i < tokens.size(); ++i) text += (i > 1 ? " " : "") + tokens[i].text;
    auto element = xml::parse(text);
    if (!element) return tl::make_unexpected(SyntaxError{"xml: " + element.error().message, tokens.front()});
    out.element = std::move(*element);
    out.section = section_of(out.element.name());
    out.keyword = keyword_of(out.element.name());
    if (out.section.empty()) {
        return tl::make_unexpected(SyntaxError{"xml: <" + out.element.name() + "> is no object of the configuration",
                                               tokens.back()});
    }
    return out;
}

}  // namespace

std::string object_keyword(std::string_view word) {
    const std::string small = to_lower(word);
    if (keywords().count(small) > 0 || small == "xml") return small;
    const auto synonym = kSynonyms.find(small);
    return synonym == kSynonyms.end() ? "" : synonym->second;
}

const std::vector<std::string>& object_keywords() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> names;
        for (const auto& [name, k] : keywords()) names.push_back(name);
        return names;
    }();
    return all;
}

Parsed<Statement> parse_statement(const Tokens& tokens, const Surroundings& around) {
    if (tokens.empty()) return tl::make_unexpected(SyntaxError{"an empty statement", {}});
    Statement out;
    out.keyword = object_keyword(tokens.front().text);
    if (out.keyword == "xml") return parse_xml_statement(tokens);
    if (out.keyword.empty()) {
        std::string text = "unknown keyword '" + tokens.front().text + "'";
        for (const auto& k : object_keywords()) {
            if (edit_distance(k, to_lower(tokens.front().text)) <= 2) {
                text += "; did you mean '" + k + "'?";
                break;
            }
        }
        return tl::make_unexpected(SyntaxError{text, tokens.front()});
    }
    const Keyword& keyword = keywords().find(out.keyword)->second;
    out.section = keyword.section;
    out.element = xml::Element{keyword.element};
    out.tokens = tokens;
    lang::Cursor cursor{out.tokens, around};
    cursor.next();
    if (auto done = keyword.parse(cursor, out); !done) return tl::make_unexpected(done.error());
    if (!cursor.done()) return cursor.wrong(out.keyword + ": '" + cursor.text() + "' does not belong here");
    return out;
}

std::string describe(const SyntaxError& error, const Tokens& tokens) {
    std::string out;
    if (error.at.line > 0) out = "line " + std::to_string(error.at.line) + ": ";
    out += error.message;
    const std::string line = to_line(tokens);
    // The mark goes below the token as to_line() writes it.
    std::size_t column = 0;
    bool found = false;
    for (const auto& t : tokens) {
        if (t.column == error.at.column && t.text == error.at.text) {
            found = true;
            break;
        }
        column += quote(t.text).size() + 1;
    }
    if (!found || tokens.empty()) return out;
    out += "\n  " + line + "\n  " + std::string(column, ' ');
    return out + std::string(std::max<std::size_t>(1, quote(error.at.text).size()), '^');
}

}  // namespace muster::crm
