// Attribute sets, rules and resource sets.
#include <algorithm>
#include <array>

#include "tools/crm/lang/cursor.h"

namespace muster::crm::lang {

using xml::Element;

std::optional<Pair> as_pair(const std::string& text) {
    const auto equal = text.find('=');
    if (equal == std::string::npos || equal == 0) return std::nullopt;
    return Pair{text.substr(0, equal), text.substr(equal + 1)};
}

std::optional<std::string> as_score(std::string_view text) {
    const std::string small = to_lower(text);
    if (small == "inf" || small == "infinity" || small == "mandatory") return "INFINITY";
    if (small == "+inf" || small == "+infinity") return "+INFINITY";
    if (small == "-inf" || small == "-infinity") return "-INFINITY";
    if (small == "advisory") return "0";
    if (!parse_int(text)) return std::nullopt;
    return std::string{text};
}

std::optional<std::string> take_score(Cursor& c) {
    const std::string& text = c.text();
    if (c.done() || text.size() < 2 || text.back() != ':') return std::nullopt;
    auto score = as_score(std::string_view{text}.substr(0, text.size() - 1));
    if (score) c.next();
    return score;
}

Parsed<void> check_id(Cursor& c, const Token& token) {
    const std::string& id = token.text;
    const auto fine = [](char ch) {
        return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_' ||
               ch == '-' || ch == '.' || (static_cast<unsigned char>(ch) >= 0x80);
    };
    const bool begins = !id.empty() && fine(id[0]) && id[0] != '-' && id[0] != '.' && !(id[0] >= '0' && id[0] <= '9');
    if (begins && std::all_of(id.begin(), id.end(), fine)) return {};
    return c.wrong(token, "'" + id + "' can not be an id: a letter or _ first, then letters, digits, - . _");
}

namespace {

// $id=x, $id-ref=x at the head of a set.
bool take_id(Cursor& c, Element& set) {
    auto pair = as_pair(c.text());
    if (!pair || (pair->name != "$id" && pair->name != "$id-ref")) return false;
    set.set(pair->name.substr(1), pair->value);
    c.next();
    return true;
}

Parsed<Element> parse_nvpair(Cursor& c) {
    const std::string text = c.next().text;
    Element nv{"nvpair"};
    if (text.size() > 1 && text[0] == '@') {
        const auto colon = text.find(':');
        nv.set("id-ref", text.substr(1, colon == std::string::npos ? colon : colon - 1));
        if (colon != std::string::npos) nv.set("name", text.substr(colon + 1));
        return nv;
    }
    std::string rest = text;
    if (text.size() > 1 && text[0] == '$') {
        const auto colon = text.find(':');
        if (colon == std::string::npos) {
            return c.wrong(c.last(), "'" + text + "': expected $NAME:parameter=value, $id= or $id-ref=");
        }
        nv.set("id", text.substr(1, colon - 1));
        rest = text.substr(colon + 1);
    }
    if (auto pair = as_pair(rest)) {
        nv.set("name", pair->name);
        nv.set("value", pair->value);
    } else if (!rest.empty() && rest[0] != '=') {
        nv.set("name", rest);
    } else {
        return c.wrong(c.last(), "'" + text + "': expected name=value");
    }
    return nv;
}

const std::set<std::string, std::less<>> kBinary{"lt", "gt", "lte", "gte", "eq", "ne"};
const std::set<std::string, std::less<>> kTypes{"string", "version", "number", "integer"};
const std::set<std::string, std::less<>> kSpec{"hours",     "monthdays", "weekdays", "yeardays", "months",
                                               "weeks",     "years",     "weekyears", "moon",    "minutes", "seconds"};

void read_pairs(Cursor& c, Element& into, Element& detail) {
    while (auto pair = as_pair(c.text())) {
        if (pair->name == "start" || pair->name == "end") {
            into.set(pair->name, pair->value);
        } else if (kSpec.count(pair->name) > 0) {
            detail.set(pair->name, pair->value);
        } else {
            return;
        }
        c.next();
        if (c.done()) return;
    }
}

Parsed<Element> parse_date(Cursor& c) {
    Element e{"date_expression"};
    const Token token = c.peek();
    const std::string operation = c.word();
    if (!c.done()) c.next();
    if (operation == "lt" || operation == "gt") {
        if (c.done()) return c.wrong("date " + operation + ": a date is missing");
        e.set("operation", operation);
        e.set(operation == "lt" ? "end" : "start", c.next().text);
        return e;
    }
    const bool spec = operation == "spec" || operation == "date_spec";
    if (!spec && operation != "in" && operation != "in_range") {
        return c.wrong(token, "date '" + token.text + "': expected in, lt, gt or spec");
    }
    e.set("operation", spec ? "date_spec" : "in_range");
    Element detail{spec ? "date_spec" : "duration"};
    if (!c.done()) read_pairs(c, e, detail);
    if (spec && detail.attributes().empty()) return c.wrong("date spec: expected hours=, weekdays= or the like");
    if (!spec && e.attributes().size() < 2 && detail.attributes().empty()) {
        return c.wrong("date in: expected start= and end= or a duration");
    }
    if (spec || !detail.attributes().empty()) e.add(std::move(detail));
    return e;
}

Parsed<Element> parse_expression(Cursor& c) {
    if (c.done()) return c.wrong("rule: an expression is missing");
    if (c.take("date")) return parse_date(c);
    Element e{"expression"};
    if (c.word() == "defined" || c.word() == "not_defined") {
        e.set("operation", c.word());
        c.next();
        if (c.done()) return c.wrong("rule: an attribute's name is missing");
        e.set("attribute", c.next().text);
        return e;
    }
    const Token attribute = c.next();
    if (c.done()) return c.wrong(attribute, "rule: after '" + attribute.text + "' a comparison is missing");
    const Token op = c.next();
    std::string name = to_lower(op.text);
    std::string type;
    if (const auto colon = name.find(':'); colon != std::string::npos) {
        type = name.substr(0, colon);
        name = name.substr(colon + 1);
    }
    if (kBinary.count(name) == 0 || (!type.empty() && kTypes.count(type) == 0)) {
        return c.wrong(op, "rule: unknown comparison '" + op.text + "'; expected eq, ne, lt, gt, lte, gte (with type:)");
    }
    if (c.done()) return c.wrong(op, "rule: a value to compare with is missing after '" + op.text + "'");
    e.set("operation", name);
    e.set("attribute", attribute.text);
    if (!type.empty()) e.set("type", type);
    e.set("value", c.next().text);
    return e;
}

// Head of a rule: ids, role, score.
Parsed<bool> rule_head(Cursor& c, Element& rule, bool location) {
    while (auto pair = as_pair(c.text())) {
        if (pair->name == "$id-ref") {
            rule.set("id-ref", pair->value);
            c.next();
            return true;
        }
        if (pair->name == "$id") {
            rule.set("id", pair->value);
        } else if (pair->name == "$role" || pair->name == "role") {
            auto role = check_role(c, c.peek(), pair->value);
            if (!role) return tl::make_unexpected(role.error());
            rule.set("role", pair->value);
        } else {
            break;
        }
        c.next();
        if (c.done()) break;
    }
    const std::string text = c.text();
    if (auto score = take_score(c)) {
        rule.set("score", *score);
    } else if (location && text.size() > 1 && text.back() == ':' && !c.peek().quoted) {
        rule.set("score-attribute", text.substr(0, text.size() - 1));
        c.next();
    } else {
        rule.set("score", "INFINITY");
    }
    return false;
}

}  // namespace

Parsed<Element> parse_rule(Cursor& c, bool location) {
    Element rule{"rule"};
    auto reference = rule_head(c, rule, location);
    if (!reference) return tl::make_unexpected(reference.error());
    if (*reference) return rule;
    std::string joined_by;
    while (true) {
        auto expression = parse_expression(c);
        if (!expression) return expression;
        rule.add(std::move(*expression));
        const std::string word = c.word();
        if (word != "and" && word != "or") break;
        if (!joined_by.empty() && joined_by != word) {
            return c.wrong("rule: 'and' and 'or' can not be mixed in one rule");
        }
        joined_by = word;
        c.next();
    }
    if (joined_by == "or") rule.set("boolean-op", "or");
    return rule;
}

Parsed<Element> parse_nvset(Cursor& c, const std::string& element_name, const Keywords& stop) {
    Element set{element_name};
    while (!c.done() && stop.count(c.word()) == 0) {
        if (take_id(c, set)) continue;
        if (set.children().empty() && !set.has("score")) {
            if (auto score = take_score(c)) {
                set.set("score", *score);
                continue;
            }
        }
        if (c.take("rule")) {
            auto rule = parse_rule(c, false);
            if (!rule) return rule;
            set.add(std::move(*rule));
            continue;
        }
        auto nv = parse_nvpair(c);
        if (!nv) return nv;
        set.add(std::move(*nv));
    }
    return set;
}

}  // namespace muster::crm::lang
