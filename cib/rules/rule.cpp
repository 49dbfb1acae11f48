#include "cib/rules/rule.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/text.h"
#include "cib/rules/date_expression.h"

namespace muster::cib {
namespace {

enum class Compare { text, integer, number, version };
enum class Operation { lt, gt, lte, gte, eq, ne, defined, not_defined };

std::optional<Operation> operation_of(std::string_view text) {
    constexpr struct {
        std::string_view name;
        Operation operation;
    } kNames[] = {{"lt", Operation::lt},   {"gt", Operation::gt},           {"lte", Operation::lte},
                  {"gte", Operation::gte}, {"eq", Operation::eq},           {"ne", Operation::ne},
                  {"defined", Operation::defined}, {"not_defined", Operation::not_defined}};
    for (const auto& n : kNames) {
        if (iequals(n.name, text)) return n.operation;
    }
    return std::nullopt;
}

// Without a type: text for eq and ne, else whole numbers, or numbers where one side has a point.
Compare comparison_of(std::string_view type, Operation operation, std::string_view a, std::string_view b) {
    if (iequals(type, "string")) return Compare::text;
    if (iequals(type, "integer")) return Compare::integer;
    if (iequals(type, "number")) return Compare::number;
    if (iequals(type, "version")) return Compare::version;
    if (operation == Operation::eq || operation == Operation::ne) return Compare::text;
    const bool point = a.find('.') != std::string_view::npos || b.find('.') != std::string_view::npos;
    return point ? Compare::number : Compare::integer;
}

int compare_text(std::string_view a, std::string_view b) {
    const std::size_t n = std::min(a.size(), b.size());
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    for (std::size_t i = 0; i < n; ++i) {
        const auto x = static_cast<unsigned char>(lower(a[i]));
        const auto y = static_cast<unsigned char>(lower(b[i]));
        if (x != y) return x < y ? -1 : 1;
    }
    return a.size() == b.size() ? 0 : (a.size() < b.size() ? -1 : 1);
}

std::optional<double> number_of(std::string_view text) {
    const std::string copy{trim(text)};
    if (copy.empty()) return std::nullopt;
    // Digits, sign, point and exponent only: strtod would take "inf", "nan" and hexadecimal as well.
    if (copy.find_first_not_of("0123456789+-.eE") != std::string::npos) return std::nullopt;
    char* end = nullptr;
    const double v = std::strtod(copy.c_str(), &end);
    if (end != copy.c_str() + copy.size()) return std::nullopt;
    return v;
}

// The whole part: "1.9" is 1 as an integer, "7x" is none.
std::optional<std::int64_t> integer_of(std::string_view text) {
    const std::string_view t = trim(text);
    if (const auto v = parse_int(t)) return v;
    const auto n = number_of(t);
    if (!n || *n > 9e18 || *n < -9e18) return std::nullopt;
    return static_cast<std::int64_t>(*n);
}

template <typename T>
int order(const T& a, const T& b) {
    return a < b ? -1 : (b < a ? 1 : 0);
}

int compare_values(std::string_view a, std::string_view b, Compare how) {
    if (how == Compare::integer) {
        const auto x = integer_of(a);
        const auto y = integer_of(b);
        if (x && y) return order(*x, *y);
    } else if (how == Compare::number) {
        const auto x = number_of(a);
        const auto y = number_of(b);
        if (x && y) return order(*x, *y);
    } else if (how == Compare::version) {
        return compare_versions(a, b);
    }
    return compare_text(a, b);
}

// The value to compare with: as written, or another value of the resource by that name.
const std::string* reference_of(const xml::Element& e, const EvalContext& context) {
    const std::string* value = e.find("value");
    const std::string& source = e.get("value-source");
    if (value == nullptr || source.empty() || iequals(source, "literal")) return value;
    const NameLookup* table = iequals(source, "param") ? context.params : context.meta;
    return table != nullptr ? table->find(*value) : nullptr;
}

bool attribute_expression(const xml::Element& e, const EvalContext& context) {
    const auto operation = operation_of(e.get("operation"));
    if (!operation) {
        context.problem("expression \"" + e.id() + "\": unknown operation \"" + e.get("operation") + "\"");
        return false;
    }
    const std::string* actual = nullptr;
    if (context.node != nullptr) {
        const std::string& name = e.get("attribute");
        actual = context.matches != nullptr && name.find('%') != std::string::npos
                     ? context.node->find(expand_matches(name, context.matches))
                     : context.node->find(name);
    }
    if (*operation == Operation::defined) return actual != nullptr;
    if (*operation == Operation::not_defined) return actual == nullptr;
    const std::string* wanted = reference_of(e, context);
    if (actual == nullptr || wanted == nullptr) {
        const bool equal = actual == nullptr && wanted == nullptr;
        return *operation == Operation::eq ? equal : (*operation == Operation::ne && !equal);
    }
    const int c = compare_values(*actual, *wanted, comparison_of(e.get("type"), *operation, *actual, *wanted));
    switch (*operation) {
        case Operation::lt: return c < 0;
        case Operation::gt: return c > 0;
        case Operation::lte: return c <= 0;
        case Operation::gte: return c >= 0;
        case Operation::eq: return c == 0;
        default: return c != 0;
    }
}

bool resource_expression(const xml::Element& e, const EvalContext& context) {
    if (context.rsc_class.empty()) return false;
    const auto agrees = [&](std::string_view attribute, std::string_view actual) {
        const std::string* wanted = e.find(attribute);
        return wanted == nullptr || std::string_view{*wanted} == actual;
    };
    return agrees("class", context.rsc_class) && agrees("provider", context.rsc_provider) &&
           agrees("type", context.rsc_type);
}

bool operation_expression(const xml::Element& e, const EvalContext& context) {
    if (context.op_name.empty() || e.get("name") != context.op_name) return false;
    const std::string* interval = e.find("interval");
    if (interval == nullptr) return true;
    const auto wanted = parse_interval(*interval);
    if (!wanted) {
        context.problem("op_expression \"" + e.id() + "\": interval " + wanted.error().message);
        return false;
    }
    return *wanted == context.op_interval;
}

bool is_condition(const xml::Element& e) {
    if (e.is_comment()) return false;
    const std::string& n = e.name();
    return n == "expression" || n == "date_expression" || n == "rsc_expression" || n == "op_expression" || n == "rule";
}

}  // namespace

std::string expand_matches(std::string_view text, const std::vector<std::string>* matches) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool slot = text[i] == '%' && i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
        if (!slot || matches == nullptr) {
            out += text[i];
            continue;
        }
        const auto n = static_cast<std::size_t>(text[++i] - '0');
        if (n < matches->size()) out += (*matches)[n];
    }
    return out;
}

int compare_versions(std::string_view a, std::string_view b) {
    const auto x = split(a, '.');
    const auto y = split(b, '.');
    for (std::size_t i = 0; i < std::max(x.size(), y.size()); ++i) {
        const std::string_view p = i < x.size() ? x[i] : "0";
        const std::string_view q = i < y.size() ? y[i] : "0";
        const auto m = parse_int(p);
        const auto n = parse_int(q);
        const int c = m && n ? order(*m, *n) : compare_text(p, q);
        if (c != 0) return c;
    }
    return 0;
}

bool evaluate_condition(const xml::Element& e, const EvalContext& context, const IdIndex& index) {
    const std::string& name = e.name();
    if (name == "expression") return attribute_expression(e, context);
    if (name == "date_expression") return date_expression(e, context);
    if (name == "rsc_expression") return resource_expression(e, context);
    if (name == "op_expression") return operation_expression(e, context);
    if (name == "rule") return evaluate(e, context, index);
    context.problem("<" + name + " id=\"" + e.id() + "\"> is no condition of a rule");
    return false;
}

bool evaluate(const xml::Element& reference, const EvalContext& context, const IdIndex& index) {
    const xml::Element* rule = index.resolve(reference);
    if (rule == nullptr) {
        context.problem("rule id-ref=\"" + reference.get("id-ref") + "\": there is no rule of that id");
        return false;
    }
    const bool any = iequals(rule->get("boolean-op"), "or");
    // What is decided stays decided until one of the conditions that decided it changes: the rest need not be asked, not
    // even for the time of the next change.
    for (const auto& child : rule->children()) {
        if (is_condition(child) && evaluate_condition(child, context, index) == any) return any;
    }
    return !any;
}

}  // namespace muster::cib
