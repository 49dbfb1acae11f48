// location, colocation, order, rsc_ticket, and the resource sets that they share.
#include <map>

#include "tools/crm/lang/cursor.h"

namespace muster::crm::lang {

using xml::Element;

Parsed<std::string> check_role(Cursor& c, const Token& token, const std::string& role) {
    static const std::set<std::string, std::less<>> roles{"started",  "stopped",    "master",
                                                          "promoted", "unpromoted", "slave"};
    const std::string small = to_lower(role);
    if (roles.count(small) == 0) {
        return c.wrong(token, "unknown role '" + role + "' in '" + token.text +
                                  "'; expected Started, Stopped, Promoted, Unpromoted (or Master, Slave)");
    }
    std::string out = small;
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

namespace {

Parsed<std::string> check_action(Cursor& c, const Token& token, const std::string& action) {
    static const std::set<std::string, std::less<>> actions{"start", "stop", "promote", "demote"};
    const std::string small = to_lower(action);
    if (actions.count(small) > 0) return small;
    return c.wrong(token, "unknown action '" + action + "' in '" + token.text +
                              "'; expected start, stop, promote or demote");
}

struct Member {
    std::string id;
    std::string suffix;  // role or action, normal form
};

Parsed<Member> parse_member(Cursor& c, const SetStyle& style) {
    const Token token = c.next();
    Member out;
    const auto colon = token.text.find(':');
    out.id = token.text.substr(0, colon);
    if (out.id.empty()) return c.wrong(token, "'" + token.text + "': a resource was expected");
    if (colon == std::string::npos) return out;
    auto suffix = style.attribute == "action" ? check_action(c, token, token.text.substr(colon + 1))
                                              : check_role(c, token, token.text.substr(colon + 1));
    if (!suffix) return tl::make_unexpected(suffix.error());
    out.suffix = *suffix;
    return out;
}

void add_member(Element& set, const std::string& id) {
    Element reference{"resource_ref"};
    reference.set("id", id);
    set.add(std::move(reference));
}

bool set_attribute(const std::string& name) {
    return name == "sequential" || name == "require-all" || name == "role" || name == "action";
}

// sequential=true and require-all=true are what a set does anyway.
Parsed<void> put_attribute(Cursor& c, Element& set, const Pair& pair) {
    if (pair.name == "role" || pair.name == "action") {
        set.set(pair.name, pair.value);
        return {};
    }
    const auto value = parse_bool(pair.value);
    if (!value) return c.wrong(pair.name + "=" + pair.value + ": expected true or false");
    if (*value) {
        set.unset(pair.name);
    } else {
        set.set(pair.name, "false");
    }
    return {};
}

Parsed<Element> bracket(Cursor& c, const SetStyle& style, std::size_t& members) {
    const Token open = c.next();
    const std::string close = open.text == "(" ? ")" : "]";
    Element set{"resource_set"};
    if (close == "]") set.set("require-all", "false");
    set.set("sequential", "false");
    while (!c.done() && c.text() != close) {
        if (auto pair = as_pair(c.text())) {
            if (!set_attribute(pair->name)) return c.wrong("'" + c.text() + "' is no attribute of a set");
            if (auto done = put_attribute(c, set, *pair); !done) return tl::make_unexpected(done.error());
            c.next();
            continue;
        }
        auto member = parse_member(c, style);
        if (!member) return tl::make_unexpected(member.error());
        if (!member->suffix.empty()) set.set(style.attribute, member->suffix);
        add_member(set, member->id);
        ++members;
    }
    if (c.done()) return c.wrong(open, "'" + open.text + "' is not closed; expected '" + close + "'");
    c.next();
    if (set.children().empty()) return c.wrong(open, "an empty set");
    return set;
}

}  // namespace

Parsed<Sets> parse_sets(Cursor& c, const SetStyle& style) {
    Sets out;
    bool open = false;  // the last set is an open run of plain names
    while (!c.done() && (style.closing.empty() || c.text() != style.closing)) {
        if (c.text() == "(" || c.text() == "[") {
            auto set = bracket(c, style, out.members);
            if (!set) return tl::make_unexpected(set.error());
            out.sets.push_back(std::move(*set));
            out.plain = open = false;
            continue;
        }
        if (auto pair = as_pair(c.text())) {
            if (!set_attribute(pair->name) || out.sets.empty()) break;
            if (auto done = put_attribute(c, out.sets.back(), *pair); !done) return tl::make_unexpected(done.error());
            out.plain = false;
            c.next();
            continue;
        }
        auto member = parse_member(c, style);
        if (!member) return tl::make_unexpected(member.error());
        if (!open || out.sets.back().get(style.attribute) != member->suffix) {
            out.sets.emplace_back("resource_set");
            if (!member->suffix.empty()) out.sets.back().set(style.attribute, member->suffix);
            open = true;
        }
        add_member(out.sets.back(), member->id);
        ++out.members;
    }
    if (out.members == 0) return c.wrong("a resource was expected");
    return out;
}

namespace {

// The two resources of a plain constraint.
std::vector<Member> flatten(const Sets& sets, const std::string& attribute) {
    std::vector<Member> out;
    for (const auto& set : sets.sets) {
        for (const auto& reference : set.children()) out.push_back({reference.id(), set.get(attribute)});
    }
    return out;
}

Parsed<void> options(Cursor& c, Statement& out, const std::set<std::string, std::less<>>& known) {
    while (!c.done()) {
        auto pair = as_pair(c.text());
        if (!pair || known.count(pair->name) == 0) {
            std::string text = out.keyword + ": '" + c.text() + "' does not belong here";
            return c.wrong(text);
        }
        out.element.set(pair->name, pair->value);
        c.next();
    }
    return {};
}

Parsed<void> colocation(Cursor& c, Statement& out) {
    const Token token = c.peek();
    auto score = take_score(c);
    if (!score && !c.done() && !token.text.empty() && token.text.back() == ':') {
        return c.wrong(token, "colocation: '" + token.text + "': expected a score such as inf:, -inf: or 100:");
    }
    if (score) out.element.set("score", *score);
    auto sets = parse_sets(c, {"role", ""});
    if (!sets) return tl::make_unexpected(sets.error());
    if (sets->members < 2) return c.wrong("colocation " + out.element.id() + ": two resources at least");
    if (sets->plain && sets->members == 2) {
        const auto two = flatten(*sets, "role");
        out.element.set("rsc", two[0].id);
        if (!two[0].suffix.empty()) out.element.set("rsc-role", two[0].suffix);
        out.element.set("with-rsc", two[1].id);
        if (!two[1].suffix.empty()) out.element.set("with-rsc-role", two[1].suffix);
    } else {
        for (auto& set : sets->sets) out.element.add(std::move(set));
    }
    return options(c, out, {"node-attribute", "influence"});
}

Parsed<std::string> order_kind(Cursor& c) {
    const Token token = c.peek();
    if (token.text.size() < 2 || token.text.back() != ':') return std::string{};
    const std::string word = token.text.substr(0, token.text.size() - 1);
    c.next();
    for (const char* kind : {"Mandatory", "Optional", "Serialize"}) {
        if (iequals(word, kind)) return std::string{kind};
    }
    if (auto score = as_score(word)) return std::string{parse_int(*score) == 0 ? "Optional" : "Mandatory"};
    return c.wrong(token, "order: unknown kind '" + word + "'; expected Mandatory, Optional or Serialize");
}

Parsed<void> order(Cursor& c, Statement& out) {
    if (c.done()) return c.wrong("order: the resources are missing");
    auto kind = order_kind(c);
    if (!kind) return tl::make_unexpected(kind.error());
    if (!kind->empty()) out.element.set("kind", *kind);
    auto sets = parse_sets(c, {"action", ""});
    if (!sets) return tl::make_unexpected(sets.error());
    if (sets->members < 2) return c.wrong("order " + out.element.id() + ": two resources at least");
    if (sets->plain && sets->members == 2) {
        const auto two = flatten(*sets, "action");
        out.element.set("first", two[0].id);
        if (!two[0].suffix.empty()) out.element.set("first-action", two[0].suffix);
        out.element.set("then", two[1].id);
        if (!two[1].suffix.empty()) out.element.set("then-action", two[1].suffix);
    } else {
        for (auto& set : sets->sets) out.element.add(std::move(set));
    }
    return options(c, out, {"symmetrical", "require-all"});
}

Parsed<void> ticket(Cursor& c, Statement& out) {
    const Token token = c.peek();
    if (c.done() || token.text.size() < 2 || token.text.back() != ':') {
        return c.wrong("rsc_ticket: '" + token.text + "': expected TICKET:");
    }
    out.element.set("ticket", token.text.substr(0, token.text.size() - 1));
    c.next();
    auto sets = parse_sets(c, {"role", ""});
    if (!sets) return tl::make_unexpected(sets.error());
    if (sets->plain && sets->members == 1) {
        const auto one = flatten(*sets, "role");
        out.element.set("rsc", one[0].id);
        if (!one[0].suffix.empty()) out.element.set("rsc-role", one[0].suffix);
    } else {
        for (auto& set : sets->sets) out.element.add(std::move(set));
    }
    return options(c, out, {"loss-policy"});
}

Parsed<void> location_subject(Cursor& c, Statement& out, std::vector<Element>& sets) {
    if (c.done()) return c.wrong("location: the resource is missing");
    if (c.text() == "{") {
        const Token open = c.next();
        auto read = parse_sets(c, {"role", "}"});
        if (!read) return tl::make_unexpected(read.error());
        if (c.text() != "}") return c.wrong(open, "'{' is not closed; expected '}'");
        c.next();
        sets = std::move(read->sets);
        return {};
    }
    const Token token = c.next();
    if (token.text.size() > 1 && token.text.front() == '/' && token.text.back() == '/') {
        if (token.text.size() == 2) return c.wrong(token, "location: '" + token.text + "': the pattern is empty");
        out.element.set("rsc-pattern", token.text.substr(1, token.text.size() - 2));
        return {};
    }
    out.element.set("rsc", token.text);
    return {};
}

Parsed<void> location_where(Cursor& c, Statement& out) {
    const Token token = c.peek();
    auto score = take_score(c);
    if (!score) {
        return c.wrong(token, "location: '" + token.text + "': expected a score such as 100: or -inf:, or a rule");
    }
    if (c.done()) return c.wrong("location " + out.element.id() + ": the node is missing");
    out.element.set("score", *score);
    out.element.set("node", c.next().text);
    return {};
}

Parsed<void> location(Cursor& c, Statement& out) {
    std::vector<Element> sets;
    if (auto done = location_subject(c, out, sets); !done) return done;
    static const std::set<std::string, std::less<>> known{"role", "$role", "resource-discovery"};
    while (auto pair = as_pair(c.text())) {
        if (c.done()) break;
        if (known.count(pair->name) == 0) return c.wrong("location: '" + c.text() + "' does not belong here");
        if (pair->name != "resource-discovery") {
            if (auto role = check_role(c, c.peek(), pair->value); !role) return tl::make_unexpected(role.error());
        }
        out.element.set(pair->name == "$role" ? "role" : pair->name, pair->value);
        c.next();
    }
    if (c.done()) return c.wrong("location " + out.element.id() + ": a score with a node, or a rule, is missing");
    if (c.word() != "rule") {
        if (auto done = location_where(c, out); !done) return done;
    }
    for (auto& set : sets) out.element.add(std::move(set));
    while (c.take("rule")) {
        auto rule = parse_rule(c, true);
        if (!rule) return tl::make_unexpected(rule.error());
        out.element.add(std::move(*rule));
    }
    return options(c, out, {"resource-discovery"});
}

}  // namespace

Parsed<void> parse_constraint(Cursor& c, Statement& out) {
    if (c.done()) return c.wrong(out.keyword + ": the id is missing");
    const Token id = c.next();
    if (auto fine = check_id(c, id); !fine) return fine;
    out.element.set("id", id.text);
    if (out.keyword == "location") return location(c, out);
    if (out.keyword == "colocation") return colocation(c, out);
    if (out.keyword == "order") return order(c, out);
    return ticket(c, out);
}

}  // namespace muster::crm::lang
