// Constraints as text.
#include "base/text.h"
#include "tools/crm/lang/print_parts.h"

namespace muster::crm::lang {

using xml::Element;

std::string order_kind_of(const Element& order) {
    if (order.has("kind")) return order.get("kind");
    return parse_int(order.get("score")) == 0 ? "Optional" : "Mandatory";
}

namespace {

std::string with(const std::string& id, const std::string& suffix) { return suffix.empty() ? id : id + ":" + suffix; }

std::string one_set(const Element& set, const std::string& attribute, bool& plain) {
    std::string members;
    for (const auto& r : set.children()) {
        if (!r.is_comment()) members += (members.empty() ? "" : " ") + with(r.id(), set.get(attribute));
    }
    const bool parallel = set.has("sequential") && !parse_bool(set.get("sequential")).value_or(true);
    const bool any = set.has("require-all") && !parse_bool(set.get("require-all")).value_or(true);
    plain = !parallel && !any;
    if (any) return "[ " + members + (parallel ? "" : " sequential=true") + " ]";
    return parallel ? "( " + members + " )" : members;
}

// All the sets; a single plain set of two names says that it is a set.
std::string sets_text(const Element& e, const std::string& attribute) {
    std::string out;
    bool plain = false;
    const auto sets = e.children_named("resource_set");
    for (const auto* set : sets) out += (out.empty() ? "" : " ") + one_set(*set, attribute, plain);
    if (e.name() == "rsc_location" || e.name() == "rsc_ticket") return out;
    std::size_t members = 0;
    bool all_plain = true;
    for (const auto* set : sets) {
        one_set(*set, attribute, plain);
        all_plain = all_plain && plain;
        members += set->children().size();
    }
    return all_plain && members == 2 ? out + " sequential=true" : out;
}

std::string rest(const Element& e, const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) {
        if (const auto* value = e.find(name)) out += " " + pair_text(name, *value);
    }
    return out;
}

Parts location(const Element& e, const PrintOptions& options) {
    std::string head = "location " + e.id() + " ";
    if (e.has("rsc-pattern")) {
        const std::string pattern = "/" + e.get("rsc-pattern") + "/";
        head += pattern.find_first_of(" \t\"'\\") == std::string::npos ? pattern : value_text(pattern);
    } else if (e.has("rsc")) {
        head += e.get("rsc");
    } else {
        head += "{ " + sets_text(e, "role") + " }";
    }
    head += rest(e, {"role", "resource-discovery"});
    if (e.has("node")) head += " " + score_text(e.get("score")) + ": " + value_text(e.get("node"));
    Parts out{head};
    for (const auto* rule : e.children_named("rule")) out.push_back(rule_text(*rule, e.id(), options));
    return out;
}

}  // namespace

Parts print_constraint(const Element& e, const std::string& keyword, const PrintOptions& options) {
    if (keyword == "location") return location(e, options);
    std::string head = keyword + " " + e.id();
    if (keyword == "colocation") {
        if (e.has("score")) head += " " + score_text(e.get("score")) + ":";
        head += " " + (e.has("rsc") ? with(e.get("rsc"), e.get("rsc-role")) + " " +
                                          with(e.get("with-rsc"), e.get("with-rsc-role"))
                                    : sets_text(e, "role"));
        return {head + rest(e, {"node-attribute", "influence"})};
    }
    if (keyword == "order") {
        if (e.has("kind")) head += " " + e.get("kind") + ":";
        head += " " + (e.has("first") ? with(e.get("first"), e.get("first-action")) + " " +
                                            with(e.get("then"), e.get("then-action"))
                                      : sets_text(e, "action"));
        return {head + rest(e, {"symmetrical", "require-all"})};
    }
    head += " " + e.get("ticket") + ": ";
    head += e.has("rsc") ? with(e.get("rsc"), e.get("rsc-role")) : sets_text(e, "role");
    return {head + rest(e, {"loss-policy"})};
}

}  // namespace muster::crm::lang
