// role, acl_target, acl_group; alert.
#include "tools/crm/lang/acl_shortcuts.h"
#include "tools/crm/lang/cursor.h"

namespace muster::crm::lang {

using xml::Element;

namespace {

bool kind_word(const std::string& word) { return word == "read" || word == "write" || word == "deny"; }

// "xpath:...", "ref:...", "tag:..." or "type:..." as an attribute of the permission.
std::optional<Pair> selector(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == std::string::npos || colon + 1 >= text.size()) return std::nullopt;
    const std::string name = text.substr(0, colon);
    const std::string value = text.substr(colon + 1);
    if (name == "xpath") return Pair{"xpath", value};
    if (name == "ref") return Pair{"reference", value};
    if (name == "tag" || name == "type") return Pair{"object-type", value};
    return std::nullopt;
}

bool has_target(const Element& permission) {
    return permission.has("xpath") || permission.has("reference") || permission.has("object-type");
}

Parsed<void> permissions(Cursor& c, Element& role) {
    const std::string kind = c.word();
    c.next();
    Element permission{"acl_permission"};
    permission.set("kind", kind);
    const Element fresh = permission;
    bool any = false;
    const auto flush = [&] {
        role.add(permission);
        permission = fresh;
        any = true;
    };
    while (!c.done() && !kind_word(c.word())) {
        const std::string text = c.text();
        const bool attribute = starts_with(text, "attribute:") || starts_with(text, "attr:");
        auto pair = as_pair(text);
        if (pair && pair->name == "description") {
            if (has_target(permission)) flush();
            permission.set("description", pair->value);
        } else if (attribute) {
            permission.set("attribute", text.substr(text.find(':') + 1));
        } else {
            auto what = selector(text);
            if (!what) {
                auto xpath = acl_xpath(text);
                if (!xpath) return c.wrong("role: '" + text + "': expected xpath:, ref:, type:, attribute: or a short name such as meta:RSC:NAME");
                what = Pair{"xpath", *xpath};
            }
            if (has_target(permission)) flush();
            permission.set(what->name, what->value);
        }
        c.next();
    }
    if (has_target(permission)) flush();
    if (!any) return c.wrong("role: after '" + kind + "' what it is about is missing");
    return {};
}

Parsed<void> role(Cursor& c, Statement& out) {
    if (c.done()) return c.wrong("role " + out.element.id() + ": read, write or deny is missing");
    while (!c.done()) {
        auto pair = as_pair(c.text());
        if (pair && pair->name == "description") {
            out.element.set("description", pair->value);
            c.next();
            continue;
        }
        if (!kind_word(c.word())) return c.wrong("role: '" + c.text() + "': expected read, write or deny");
        if (auto done = permissions(c, out.element); !done) return done;
    }
    return {};
}

}  // namespace

Parsed<void> parse_access(Cursor& c, Statement& out) {
    if (c.done()) return c.wrong(out.keyword + ": the id is missing");
    const Token id = c.next();
    if (out.keyword == "role") {
        if (auto fine = check_id(c, id); !fine) return fine;
    }
    out.element.set("id", id.text);
    if (out.keyword == "role") return role(c, out);
    if (c.done()) return c.wrong(id, out.keyword + " " + id.text + ": a role is missing");
    while (!c.done()) {
        Element reference{"role"};
        std::string name = c.next().text;
        if (starts_with(name, "role:")) name = name.substr(5);
        reference.set("id", name);
        out.element.add(std::move(reference));
    }
    return {};
}

namespace {

const Keywords kAlert{"attributes", "meta", "select", "to", "{", "}"};

Parsed<void> select(Cursor& c, Element& alert) {
    Element select{"select"};
    while (!c.done()) {
        const std::string word = c.word();
        if (word == "nodes" || word == "fencing" || word == "resources") {
            select.add(Element{"select_" + word});
            c.next();
        } else if (word == "attributes" && c.text(1) == "{") {
            c.next();
            const Token open = c.next();
            Element attributes{"select_attributes"};
            while (!c.done() && c.text() != "}") {
                Element attribute{"attribute"};
                attribute.set("name", c.next().text);
                attributes.add(std::move(attribute));
            }
            if (c.done()) return c.wrong(open, "'{' is not closed; expected '}'");
            c.next();
            select.add(std::move(attributes));
        } else {
            break;
        }
    }
    if (select.children().empty()) return c.wrong("alert, select: expected nodes, fencing, resources or attributes { }");
    alert.add(std::move(select));
    return {};
}

Parsed<void> sets(Cursor& c, Element& into) {
    while (c.word() == "attributes" || c.word() == "meta") {
        const std::string name = c.word() == "meta" ? "meta_attributes" : "instance_attributes";
        c.next();
        auto set = parse_nvset(c, name, kAlert);
        if (!set) return tl::make_unexpected(set.error());
        into.add(std::move(*set));
    }
    return {};
}

Parsed<void> recipient(Cursor& c, Element& alert) {
    const bool braces = c.text() == "{";
    const Token open = c.done() ? c.last() : c.peek();
    if (braces) c.next();
    if (c.done()) return c.wrong("alert, to: the recipient is missing");
    Element recipient{"recipient"};
    if (auto pair = as_pair(c.text()); pair && pair->name == "$id") {
        recipient.set("id", pair->value);
        c.next();
    }
    if (auto pair = as_pair(c.text()); pair && pair->name == "description") {
        recipient.set("description", pair->value);
        c.next();
    }
    if (c.done()) return c.wrong("alert, to: the recipient is missing");
    recipient.set("value", c.next().text);
    if (auto done = sets(c, recipient); !done) return done;
    if (braces) {
        if (c.text() != "}") return c.wrong(open, "'{' is not closed; expected '}'");
        c.next();
    }
    alert.add(std::move(recipient));
    return {};
}

}  // namespace

Parsed<void> parse_alert(Cursor& c, Statement& out) {
    if (c.done()) return c.wrong("alert: the id is missing");
    const Token id = c.next();
    if (auto fine = check_id(c, id); !fine) return fine;
    out.element.set("id", id.text);
    if (c.done()) return c.wrong(id, "alert " + id.text + ": the path of the agent is missing");
    out.element.set("path", c.next().text);
    while (!c.done()) {
        if (auto pair = as_pair(c.text()); pair && pair->name == "description") {
            out.element.set("description", pair->value);
            c.next();
            continue;
        }
        Parsed<void> done;
        if (c.take("select")) {
            done = select(c, out.element);
        } else if (c.take("to")) {
            done = recipient(c, out.element);
        } else if (c.word() == "attributes" || c.word() == "meta") {
            done = sets(c, out.element);
        } else {
            return c.wrong("alert: '" + c.text() + "': expected attributes, meta, select or to");
        }
        if (!done) return done;
    }
    return {};
}

}  // namespace muster::crm::lang
