#include "cib/schema/diagnose.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/score.h"
#include "base/text.h"
#include "cib/schema/grammar.h"

namespace muster::cib {
namespace {

using xml::Element;

std::string nearest(const std::string& word, const std::vector<std::string>& known) {
    const auto best = std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
        return edit_distance(word, a) < edit_distance(word, b);
    });
    if (best == known.end() || edit_distance(word, *best) > std::max<std::size_t>(2, word.size() / 4)) return {};
    return fmt::format("; did you mean \"{}\"?", *best);
}

bool is_name(std::string_view text) {
    if (text.empty()) return false;
    const auto first = static_cast<unsigned char>(text.front());
    if (!std::isalpha(first) && first != '_' && first < 0x80) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto u = static_cast<unsigned char>(c);
        return std::isalnum(u) || u >= 0x80 || c == '_' || c == '-' || c == '.';
    });
}

// Empty: the value is of the type; else what was expected.
std::string expected(const AttributeRule& rule, const std::string& value) {
    if (!rule.choices.empty()) {
        if (std::find(rule.choices.begin(), rule.choices.end(), value) != rule.choices.end()) return {};
        return "one of " + join(rule.choices, ", ") + nearest(value, rule.choices);
    }
    if (rule.type == "score" && !parse_score(value)) return "a whole number, INFINITY or -INFINITY";
    if (rule.type == "boolean" && !parse_bool(trim(value))) return "true or false";
    if (rule.type == "integer" && !parse_int(trim(value))) return "a whole number";
    if ((rule.type == "id" || rule.type == "id-reference") && !is_name(value)) {
        return "an id: a letter or _ first, then letters, digits and . - _";
    }
    return {};
}

class Diagnosis {
  public:
    std::vector<Complaint> run(const Element& root) {
        if (root.name() != "cib") {
            complain(root, {}, {}, "expected <cib> as the document's outermost element");
        } else {
            walk(root, {});
        }
        return std::move(complaints_);
    }

  private:
    void complain(const Element& e, const std::string& above, std::string attribute, std::string text) {
        complaints_.push_back({e.name(), e.id().empty() ? above : e.id(), std::move(attribute), e.line(), std::move(text)});
    }

    void walk(const Element& e, const std::string& above) {
        const auto found = grammar().find(e.name());
        if (found == grammar().end()) return;  // its parent has complained
        const ElementRule& rule = found->second;
        if (rule.anything && rule.children.empty()) return;
        if (!rule.anything) attributes(e, rule, above);
        if (!trim(e.text()).empty()) {
            complain(e, above, {}, fmt::format("text \"{}\" has no meaning here", trim(e.text())));
        }
        for (const Element& c : e.children()) {
            if (c.is_comment()) continue;
            if (std::find(rule.children.begin(), rule.children.end(), c.name()) == rule.children.end()) {
                unexpected(e, rule, c, e.id().empty() ? above : e.id());
            } else {
                walk(c, e.id().empty() ? above : e.id());
            }
        }
    }

    void unexpected(const Element& parent, const ElementRule& rule, const Element& child, const std::string& above) {
        std::string text = fmt::format("<{}> has no place inside <{}>", child.name(), parent.name());
        text += rule.children.empty() ? "; nothing was expected there"
                                      : fmt::format("; expected there: {}", join(rule.children, ", "));
        text += nearest(child.name(), rule.children);
        complain(child, above, {}, std::move(text));
    }

    void attributes(const Element& e, const ElementRule& rule, const std::string& above) {
        for (const auto& a : e.attributes()) {
            const AttributeRule* known = rule.attribute(a.name);
            if (!known) {
                std::vector<std::string> names;
                for (const auto& r : rule.attributes) names.push_back(r.name);
                complain(e, above, a.name,
                         fmt::format("<{}> has no such attribute{}; it has: {}", e.name(), nearest(a.name, names),
                                     join(names, ", ")));
            } else if (const std::string wanted = expected(*known, a.value); !wanted.empty()) {
                complain(e, above, a.name, fmt::format("\"{}\" is not valid, expected {}", a.value, wanted));
            }
        }
        for (const auto& r : rule.attributes) {
            if (r.required && !e.has(r.name)) complain(e, above, r.name, "this attribute is missing");
        }
    }

    std::vector<Complaint> complaints_;
};

}  // namespace

std::vector<Complaint> diagnose(const Element& cib) { return Diagnosis{}.run(cib); }

}  // namespace muster::cib
