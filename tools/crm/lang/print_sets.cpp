// Attribute sets and rules as text.
#include <algorithm>

#include "base/text.h"
#include "tools/crm/lang/ids.h"
#include "tools/crm/lang/print_parts.h"

namespace muster::crm::lang {

using xml::Element;

std::string value_text(const std::string& value) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
               c == '-' || static_cast<unsigned char>(c) >= 0x80;
    };
    if (!value.empty() && std::all_of(value.begin(), value.end(), plain)) return value;
    std::string out = "\"";
    for (char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string pair_text(const std::string& name, const std::string& value) { return name + "=" + value_text(value); }

std::string score_text(const std::string& score) {
    if (score == "INFINITY") return "inf";
    if (score == "-INFINITY") return "-inf";
    if (score == "+INFINITY") return "+inf";
    return score;
}

namespace {

std::string date_text(const Element& e) {
    const std::string& operation = e.get("operation");
    if (operation == "lt") return "date lt " + value_text(e.get("end"));
    if (operation == "gt") return "date gt " + value_text(e.get("start"));
    std::string out = operation == "date_spec" ? "date spec" : "date in";
    for (const char* name : {"start", "end"}) {
        if (const auto* v = e.find(name)) out += " " + pair_text(name, *v);
    }
    for (const auto& detail : e.children()) {
        for (const auto& a : detail.attributes()) {
            if (a.name != "id") out += " " + pair_text(a.name, a.value);
        }
    }
    return out;
}

std::string expression_text(const Element& e) {
    if (e.name() == "date_expression") return date_text(e);
    if (e.name() != "expression") return "<" + e.name() + ">";  // does not read back: printed as xml
    const std::string& operation = e.get("operation");
    if (operation == "defined" || operation == "not_defined") return operation + " " + value_text(e.get("attribute"));
    const auto word = [](const std::string& text) {  // #uname stays bare
        return starts_with(text, "#") ? "#" + value_text(text.substr(1)) : value_text(text);
    };
    const std::string type = e.has("type") ? e.get("type") + ":" : "";
    return word(e.get("attribute")) + " " + type + operation + " " + word(e.get("value"));
}

bool secret(const std::string& name) { return starts_with(to_lower(name), "passw"); }

std::string nvpair_text(const Element& nv, const std::string& owner, const PrintOptions& options) {
    if (const auto* reference = nv.find("id-ref")) {
        return "@" + *reference + (nv.has("name") ? ":" + nv.get("name") : "");
    }
    std::string out;
    const std::string& name = nv.get("name");
    if (options.referenced.count(nv.id()) > 0 && (options.exact || nv.id() != owner + "-" + name)) {
        out = "$" + nv.id() + ":";
    }
    if (!nv.has("value")) return out + name;
    return out + name + "=" + (options.hide_secrets && secret(name) ? "\"******\"" : value_text(nv.get("value")));
}

// "RSC" of "RSC-instance_attributes": values may be referred to as RSC-NAME.
std::string owner_of(const Element& set, const std::string& base) {
    return ends_with(base, "-" + set.name()) ? base.substr(0, base.size() - set.name().size() - 1) : base;
}

}  // namespace

std::string rule_text(const Element& rule, const std::string& owner, const PrintOptions& options) {
    if (const auto* reference = rule.find("id-ref")) return "rule $id-ref=" + value_text(*reference);
    std::string out = "rule";
    const std::string& id = rule.id();
    if (options.referenced.count(id) > 0 || (options.exact && !generated_from(id, owner + "-rule"))) {
        out += " $id=" + value_text(id);
    }
    if (const auto* role = rule.find("role")) out += " $role=" + *role;
    const std::string score = rule.has("score-attribute") ? rule.get("score-attribute") : rule.get("score", "INFINITY");
    if (score != "INFINITY") out += " " + score_text(score) + ":";
    const std::string& op = rule.get("boolean-op", "and");
    bool first = true;
    for (const auto& e : rule.children()) {
        if (e.is_comment()) continue;
        out += (first ? " " : " " + op + " ") + expression_text(e);
        first = false;
    }
    return out;
}

Parts set_pieces(const Element& set, const std::string& base, const PrintOptions& options) {
    Parts out;
    if (const auto* reference = set.find("id-ref")) return {"$id-ref=" + value_text(*reference)};
    const std::string& id = set.id();
    if (!base.empty() &&
        (options.referenced.count(id) > 0 || (options.exact && !generated_from(id, base)))) {
        out.push_back("$id=" + value_text(id));
    }
    if (const auto* score = set.find("score")) out.push_back(score_text(*score) + ":");
    for (const auto& child : set.children()) {
        if (child.is_comment()) continue;
        out.push_back(child.name() == "rule" ? rule_text(child, id, options)
                                             : nvpair_text(child, owner_of(set, base), options));
    }
    return out;
}

std::string set_text(const std::string& keyword, const Element& set, const std::string& base,
                     const PrintOptions& options) {
    std::string out = keyword;
    for (const auto& piece : set_pieces(set, base, options)) out += " " + piece;
    return out;
}

}  // namespace muster::crm::lang
