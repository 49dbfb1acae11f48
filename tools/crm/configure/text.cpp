#include "tools/crm/configure/text.h"

#include <algorithm>

#include "base/text.h"
#include "base/xml/parse.h"
#include "tools/crm/configure/commands.h"

namespace muster::crm {

using xml::Element;

namespace {

bool names(const Element& e, const std::string& id) {
    for (const auto& a : e.attributes()) {
        const bool reference = a.name != "id" || e.name() == "resource_ref" || e.name() == "obj_ref" || e.name() == "role";
        if (reference && a.value == id) return true;
        if (a.name == "devices") {
            for (auto d : split(a.value, ',')) {
                if (d == id) return true;
            }
        }
    }
    return std::any_of(e.children().begin(), e.children().end(), [&](const Element& c) {
        return !is_resource_name(c.name()) && names(c, id);
    });
}

bool contains(const Element& e, const std::string& id) {
    return std::any_of(e.children().begin(), e.children().end(),
                       [&](const Element& c) { return is_resource_name(c.name()) && (c.id() == id || contains(c, id)); });
}

struct Selector {
    const Element& configuration;
    const std::set<std::string>& changed;

    bool fits(const Object& o, const std::string& word) const {
        if (word == "changed") return changed.count(o.id) > 0;
        if (starts_with(word, "type:")) return o.keyword == object_keyword(word.substr(5));
        if (starts_with(word, "tag:")) {
            const auto* tags = configuration.child("tags");
            const auto* tag = tags == nullptr ? nullptr : tags->child("tag", word.substr(4));
            return tag != nullptr && (names(*tag, o.id) || o.id == word.substr(4));
        }
        if (starts_with(word, "related:")) {
            const std::string id = word.substr(8);
            return o.id == id || names(*o.element, id) || contains(*o.element, id);
        }
        return o.id == word || o.element->id() == word || (o.keyword == word && word == "fencing_topology");
    }
};

bool pattern(const std::string& word) {
    return word == "changed" || starts_with(word, "type:") || starts_with(word, "tag:") || starts_with(word, "related:");
}

}  // namespace

Result<std::vector<Object>> select(const Element& configuration, const std::vector<std::string>& words,
                                   const std::set<std::string>& changed, bool exact) {
    static_cast<void>(exact);
    const auto all = listed(configuration, true);
    if (words.empty()) return all;
    const Selector selector{configuration, changed};
    for (const auto& w : words) {
        if (w == "and" || w == "or" || pattern(w)) continue;
        if (std::none_of(all.begin(), all.end(), [&](const Object& o) { return selector.fits(o, w); })) {
            return fail(ErrorCode::not_found, "there is no object '" + w + "'");
        }
    }
    std::vector<Object> out;
    for (const auto& o : all) {
        bool any = false;
        bool group = true;
        bool in_group = false;
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (words[i] == "or" || words[i] == "and") continue;
            const bool joined = i > 0 && words[i - 1] == "and";
            if (!joined && in_group) {
                any = any || group;
                group = true;
            }
            group = group && selector.fits(o, words[i]);
            in_group = true;
        }
        if (any || (in_group && group)) out.push_back(o);
    }
    return out;
}

Result<std::vector<Statement>> parse_text(const std::string& text, const Element& configuration) {
    std::vector<Statement> out;
    Surroundings around = surroundings(configuration);
    const auto lines = logical_lines(text);
    for (const auto& line : lines) {  // the text's own nodes count, too
        auto tokens = lex(line.text, line.number);
        if (!tokens) return tl::make_unexpected(tokens.error());
        if (tokens->empty() || object_keyword(tokens->front().text) != "node") continue;
        if (auto node = parse_statement(*tokens, around)) {
            const auto& name = node->element.get("uname");
            if (std::find(around.nodes.begin(), around.nodes.end(), name) == around.nodes.end()) around.nodes.push_back(name);
        }
    }
    for (const auto& line : lines) {
        auto tokens = lex(line.text, line.number);
        auto statement = parse_statement(*tokens, around);
        if (!statement) return fail(describe(statement.error(), *tokens));
        out.push_back(std::move(*statement));
    }
    return out;
}

Result<Element> parse_configuration_xml(const std::string& text) {
    auto root = xml::parse(text);
    if (!root) return root;
    if (root->name() == "cib") {
        const auto* configuration = root->child("configuration");
        if (configuration == nullptr) return fail("the <cib> has no <configuration>");
        return *configuration;
    }
    if (root->name() == "configuration") return root;
    return fail("expected <cib> or <configuration>, not <" + root->name() + ">");
}

Element erased(const Element& configuration, bool nodes_too) {
    Element out{"configuration"};
    out.add(Element{"crm_config"});
    const auto* nodes = configuration.child("nodes");
    out.add(nodes == nullptr || nodes_too ? Element{"nodes"} : *nodes);
    out.add(Element{"resources"});
    out.add(Element{"constraints"});
    return out;
}

}  // namespace muster::crm
