#include "tools/crm/lang/print.h"

#include "base/text.h"
#include "base/xml/write.h"
#include "tools/crm/lang/ids.h"
#include "tools/crm/lang/parse.h"
#include "tools/crm/lang/print_parts.h"

namespace muster::crm {

using xml::Element;
using lang::Parts;

void collect_references(const Element& element, std::set<std::string>& out) {
    if (const auto* reference = element.find("id-ref")) out.insert(*reference);
    for (const auto& child : element.children()) collect_references(child, out);
}

namespace {

// Attributes that make no difference by their value.
bool is_default(const Element& e, const xml::Attribute& a) {
    if (e.name() == "resource_set") {
        return (a.name == "sequential" || a.name == "require-all") && parse_bool(a.value).value_or(false);
    }
    if (e.name() == "rule") return a.name == "boolean-op" && a.value == "and";
    if (e.name() == "node") return a.name == "type" && a.value == "member";
    return false;
}

bool same_attributes(const Element& a, const Element& b, bool skip_id) {
    std::size_t expected = 0;
    for (const auto& attribute : a.attributes()) {
        if ((skip_id && attribute.name == "id") || is_default(a, attribute)) continue;
        const auto* other = b.find(attribute.name);
        if (other == nullptr) return false;
        const bool score = attribute.name == "score" || ends_with(attribute.name, "role");
        if (*other != attribute.value && !(score && iequals(*other, attribute.value))) return false;
        ++expected;
    }
    for (const auto& attribute : b.attributes()) {
        if ((skip_id && attribute.name == "id") || is_default(b, attribute)) continue;
        if (expected == 0) return false;
        --expected;
    }
    return expected == 0;
}

bool names_something(const Element& e) {
    return e.name() == "resource_ref" || e.name() == "obj_ref" || e.name() == "role" || e.name() == "node";
}

// The same but for ids of parts and nested resources.
bool same_meaning(const Element& a, const Element& b) {
    if (a.name() != b.name() || a.text() != b.text() || !same_attributes(a, b, !names_something(a))) return false;
    const auto parts = [](const Element& e) {
        std::vector<const Element*> out;
        for (const auto& c : e.children()) {
            if (!c.is_comment() && !is_resource_name(c.name())) out.push_back(&c);
        }
        return out;
    };
    const auto as = parts(a);
    const auto bs = parts(b);
    if (as.size() != bs.size()) return false;
    for (std::size_t i = 0; i < as.size(); ++i) {
        if (!same_meaning(*as[i], *bs[i])) return false;
    }
    return true;
}

// The legacy score of an order becomes its kind; reading gives the same order.
Element normalized(const Object& object) {
    Element e = *object.element;
    if (object.keyword == "order" && !e.has("kind") && e.has("score")) {
        e.set("kind", lang::order_kind_of(e));
        e.unset("score");
    }
    return e;
}

bool reads_back(const Object& object, const std::string& text) {
    const auto lines = logical_lines(text);
    if (lines.size() != 1) return false;
    auto tokens = lex(lines[0].text);
    if (!tokens) return false;
    Surroundings around;
    around.providers = [](const std::string&) { return std::vector<std::string>{"heartbeat"}; };
    auto statement = parse_statement(*tokens, around);
    if (!statement || statement->keyword != object.keyword) return false;
    if (object.keyword == "node" && !statement->element.has("id")) statement->element.set("id", object.id);
    return same_meaning(normalized(object), statement->element);
}

Parts parts_of(const Object& object, const PrintOptions& options) {
    const std::string& k = object.keyword;
    const Element e = normalized(object);
    if (k == "node") return lang::print_node(e, options);
    if (k == "primitive" || k == "rsc_template") return lang::print_primitive(e, k, options);
    if (k == "group" || k == "ms" || k == "clone") return lang::print_container(e, k, options);
    if (k == "bundle") return lang::print_bundle(e, options);
    if (k == "location" || k == "colocation" || k == "order" || k == "rsc_ticket") {
        return lang::print_constraint(e, k, options);
    }
    if (k == "tag") return lang::print_tag(e);
    if (k == "fencing_topology") return lang::print_topology(e);
    if (k == "role" || k == "acl_target" || k == "acl_group") return lang::print_access(e, k);
    if (k == "alert") return lang::print_alert(e, options);
    return lang::print_options(e, k, options);
}

}  // namespace

std::string print(const Object& object, const PrintOptions& options) {
    if (object.keyword.empty()) return "xml " + xml::write_compact(*object.element);
    PrintOptions open = options;
    open.hide_secrets = false;
    std::string text = join(parts_of(object, open), " \\\n\t");
    if (!reads_back(object, text)) return "xml " + xml::write_compact(*object.element);
    if (options.hide_secrets) text = join(parts_of(object, options), " \\\n\t");
    return text;
}

std::string print_all(const Element& configuration, PrintOptions options) {
    collect_references(configuration, options.referenced);
    std::string out;
    for (const auto& object : listed(configuration, options.exact)) out += print(object, options) + "\n";
    return out;
}

}  // namespace muster::crm
