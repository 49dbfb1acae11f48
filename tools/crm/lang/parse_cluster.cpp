// node, tag, property, rsc_defaults, op_defaults, fencing_topology.
#include "tools/crm/lang/cursor.h"

namespace muster::crm::lang {

using xml::Element;

namespace {

bool ends_in_colon(const Token& token) { return token.text.size() > 1 && token.text.back() == ':'; }

Parsed<void> node(Cursor& c, Statement& out) {
    Element& e = out.element;
    if (auto pair = as_pair(c.text()); pair && pair->name == "$id") {
        e.set("id", pair->value);
        c.next();
    } else if (ends_in_colon(c.peek())) {
        e.set("id", c.text().substr(0, c.text().size() - 1));
        c.next();
    }
    if (c.done() || as_pair(c.text())) return c.wrong("node: the name is missing");
    const Token name = c.next();
    const auto colon = name.text.find(':');
    e.set("uname", name.text.substr(0, colon));
    if (colon != std::string::npos) {
        const std::string type = name.text.substr(colon + 1);
        if (type != "member" && type != "remote" && type != "ping" && type != "normal") {
            return c.wrong(name, "node: unknown type '" + type + "'; expected member or remote");
        }
        e.set("type", type);
    }
    static const Keywords parts{"attributes", "utilization"};
    while (!c.done()) {
        if (auto pair = as_pair(c.text()); pair && pair->name == "description") {
            e.set("description", pair->value);
            c.next();
            continue;
        }
        const std::string part = c.word();
        if (parts.count(part) == 0) return c.wrong("node: '" + c.text() + "': expected attributes or utilization");
        c.next();
        auto set = parse_nvset(c, part == "attributes" ? "instance_attributes" : "utilization", parts);
        if (!set) return tl::make_unexpected(set.error());
        e.add(std::move(*set));
    }
    return {};
}

Parsed<void> tag(Cursor& c, Statement& out) {
    if (c.done()) return c.wrong("tag: the id is missing");
    Token id = c.next();
    if (ends_in_colon(id)) id.text.pop_back();
    if (auto fine = check_id(c, id); !fine) return fine;
    out.element.set("id", id.text);
    if (c.done()) return c.wrong(id, "tag " + id.text + ": the objects are missing");
    while (!c.done()) {
        Element reference{"obj_ref"};
        reference.set("id", c.next().text);
        out.element.add(std::move(reference));
    }
    return {};
}

Parsed<void> options(Cursor& c, Statement& out) {
    std::string id = out.keyword == "property" ? "cib-bootstrap-options"
                     : out.keyword == "rsc_defaults" ? "rsc-options" : "op-options";
    if (c.done()) return c.wrong(out.keyword + ": name=value is missing");
    if (auto pair = as_pair(c.text()); pair && pair->name == "$id") {
        id = pair->value;
        c.next();
    } else if (ends_in_colon(c.peek()) && !c.peek().quoted && !as_score(c.text().substr(0, c.text().size() - 1))) {
        id = c.text().substr(0, c.text().size() - 1);
        c.next();
    }
    if (!id.empty() && id.back() == ':') id.pop_back();
    Token at = c.done() ? c.last() : c.peek();
    at.text = id;
    if (auto fine = check_id(c, at); !fine) return fine;
    auto set = parse_nvset(c, out.element.name(), {});
    if (!set) return tl::make_unexpected(set.error());
    out.element = Element{out.element.name()};
    out.element.set("id", id);
    for (const auto& a : set->attributes()) out.element.set(a.name, a.value);
    for (const auto& child : set->children()) out.element.add(child);
    return {};
}

struct Target {
    std::string attribute;
    std::string value;
    std::string second;  // target-value
};

Parsed<bool> take_target(Cursor& c, Target& target) {
    const std::string& text = c.text();
    if (starts_with(text, "attr:")) {
        auto pair = as_pair(text.substr(5));
        if (!pair) return c.wrong("fencing_topology: '" + text + "': expected attr:NAME=VALUE");
        target = {"target-attribute", pair->name, pair->value};
    } else if (starts_with(text, "pattern:")) {
        target = {"target-pattern", text.substr(8), ""};
    } else if (ends_in_colon(c.peek())) {
        target = {"target", text.substr(0, text.size() - 1), ""};
    } else {
        return false;
    }
    c.next();
    return true;
}

void add_level(Element& topology, const Target& target, int index, const std::string& devices) {
    Element level{"fencing-level"};
    level.set(target.attribute, target.value);
    if (target.attribute == "target-attribute") level.set("target-value", target.second);
    level.set("index", std::to_string(index));
    level.set("devices", devices);
    topology.add(std::move(level));
}

Parsed<void> topology(Cursor& c, Statement& out) {
    Target target;
    if (c.done()) return {};
    auto first = take_target(c, target);
    if (!first) return tl::make_unexpected(first.error());
    if (!*first) {  // one list for all nodes
        if (c.around().nodes.empty()) return c.wrong("fencing_topology: '" + c.text() + "': no nodes are known yet; name them as NODE:");
        std::vector<std::string> devices;
        while (!c.done()) devices.push_back(c.next().text);
        for (const auto& name : c.around().nodes) {
            int index = 0;
            for (const auto& device : devices) add_level(out.element, {"target", name, ""}, ++index, device);
        }
        return {};
    }
    int index = 0;
    while (!c.done()) {
        auto another = take_target(c, target);
        if (!another) return tl::make_unexpected(another.error());
        if (*another) {
            index = 0;
            continue;
        }
        add_level(out.element, target, ++index, c.next().text);
    }
    return {};
}

}  // namespace

Parsed<void> parse_cluster(Cursor& c, Statement& out) {
    if (out.keyword == "node") return node(c, out);
    if (out.keyword == "tag") return tag(c, out);
    if (out.keyword == "fencing_topology") return topology(c, out);
    return options(c, out);
}

}  // namespace muster::crm::lang
