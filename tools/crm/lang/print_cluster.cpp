// Nodes, options, tags, topology, access rights and alerts as text.
#include "base/text.h"
#include "tools/crm/lang/acl_shortcuts.h"
#include "tools/crm/lang/ids.h"
#include "tools/crm/lang/print_parts.h"
#include "tools/crm/lang/words.h"

namespace muster::crm::lang {

using xml::Element;

Parts print_node(const Element& e, const PrintOptions& options) {
    std::string head = "node ";
    if (e.id() != e.get("uname")) head += e.id() + ": ";
    head += e.get("uname");
    if (const auto* type = e.find("type"); type != nullptr && *type != "member") head += ":" + *type;
    Parts out{head};
    if (const auto* text = e.find("description")) out.push_back(pair_text("description", *text));
    for (const auto& set : e.children()) {
        if (set.is_comment()) continue;
        const std::string keyword = set.name() == "instance_attributes" ? "attributes" : set.name();
        std::string base = id_stem(e) + "-" + set.name();
        if (starts_with(set.id(), "nodes-")) base.clear();  // as the tools name them
        out.push_back(set_text(keyword, set, base, options));
    }
    return out;
}

Parts print_tag(const Element& e) {
    std::string out = "tag " + e.id();
    for (const auto& r : e.children()) {
        if (!r.is_comment()) out += " " + r.id();
    }
    return {out};
}

Parts print_options(const Element& e, const std::string& keyword, const PrintOptions& options) {
    Parts out{keyword + " " + e.id() + ":"};
    for (auto& piece : set_pieces(e, "", options)) out.push_back(std::move(piece));
    return out;
}

Parts print_topology(const Element& e) {
    Parts out{"fencing_topology"};
    std::string last;
    for (const auto& level : e.children()) {
        if (level.is_comment()) continue;
        std::string target = level.get("target") + ":";
        if (level.has("target-pattern")) target = "pattern:" + level.get("target-pattern");
        if (level.has("target-attribute")) {
            target = "attr:" + level.get("target-attribute") + "=" + level.get("target-value");
        }
        if (target != last || out.size() == 1) out.push_back(quote(target));
        last = target;
        out.back() += " " + level.get("devices");
    }
    return out;
}

namespace {

std::string permission_text(const Element& p) {
    std::string out = p.get("kind");
    if (const auto* text = p.find("description")) out += " " + pair_text("description", *text);
    if (const auto* xpath = p.find("xpath")) {
        const auto shortcut = acl_shortcut(*xpath);
        out += " " + (shortcut ? *shortcut : "xpath:" + value_text(*xpath));
    }
    if (const auto* reference = p.find("reference")) out += " ref:" + *reference;
    if (const auto* attribute = p.find("attribute")) out += " attr:" + *attribute;
    if (const auto* type = p.find("object-type")) out += " type:" + *type;
    return out;
}

}  // namespace

Parts print_access(const Element& e, const std::string& keyword) {
    Parts out{keyword + " " + quote(e.id())};
    if (const auto* text = e.find("description")) out.push_back(pair_text("description", *text));
    for (const auto& child : e.children()) {
        if (!child.is_comment()) out.push_back(keyword == "role" ? permission_text(child) : child.id());
    }
    return out;
}

namespace {

std::string select_text(const Element& select) {
    std::string out = "select";
    for (const auto& child : select.children()) {
        if (child.name() != "select_attributes") {
            out += " " + child.name().substr(std::string{"select_"}.size());
            continue;
        }
        out += " attributes {";
        for (const auto& a : child.children()) out += " " + value_text(a.get("name"));
        out += " }";
    }
    return out;
}

std::string recipient_text(const Element& e, bool braces, const std::string& base, const PrintOptions& options) {
    std::string out = braces ? "to { " : "to ";
    if (options.exact && !generated_from(e.id(), base)) out += "$id=" + value_text(e.id()) + " ";
    if (const auto* text = e.find("description")) out += pair_text("description", *text) + " ";
    out += value_text(e.get("value"));
    for (const auto& set : e.children()) {
        if (set.is_comment()) continue;
        const std::string keyword = set.name() == "meta_attributes" ? "meta" : "attributes";
        out += " " + set_text(keyword, set, e.id() + "-" + set.name(), options);
    }
    return braces ? out + " }" : out;
}

}  // namespace

Parts print_alert(const Element& e, const PrintOptions& options) {
    Parts out{"alert " + e.id() + " " + value_text(e.get("path"))};
    if (const auto* text = e.find("description")) out.push_back(pair_text("description", *text));
    int recipients = 0;
    const auto& children = e.children();
    for (std::size_t i = 0; i < children.size(); ++i) {
        const Element& child = children[i];
        if (child.is_comment()) continue;
        if (child.name() == "select") {
            out.push_back(select_text(child));
        } else if (child.name() == "recipient") {
            // Sets of the alert that follow would be read as the recipient's.
            bool braces = !child.children().empty();
            for (std::size_t j = i + 1; j < children.size(); ++j) braces = braces || ends_with(children[j].name(), "_attributes");
            const std::string base = e.id() + "-recipient-" + std::to_string(++recipients);
            out.push_back(recipient_text(child, braces, base, options));
        } else {
            const std::string keyword = child.name() == "meta_attributes" ? "meta" : "attributes";
            out.push_back(set_text(keyword, child, e.id() + "-" + child.name(), options));
        }
    }
    return out;
}

}  // namespace muster::crm::lang
