// primitive, rsc_template, group, clone, ms, bundle.
#include "tools/crm/lang/cursor.h"

namespace muster::crm::lang {

using xml::Element;

namespace {

const Keywords kPrimitive{"params", "meta", "utilization", "operations", "op", "op_params", "op_meta"};
const Keywords kContainer{"params", "meta"};
const Keywords kBundle{"docker", "podman", "rkt", "network", "storage", "primitive", "meta", "params"};
const std::set<std::string, std::less<>> kOpAttributes{
    "interval", "timeout", "role", "on-fail", "enabled", "start-delay", "interval-origin", "record-pending",
    "requires", "description"};

std::string set_element(std::string_view keyword) {
    if (keyword == "params" || keyword == "op_params") return "instance_attributes";
    if (keyword == "utilization") return "utilization";
    return "meta_attributes";
}

bool take_description(Cursor& c, Element& e) {
    auto pair = as_pair(c.text());
    if (c.done() || !pair || to_lower(pair->name) != "description") return false;
    e.set("description", pair->value);
    c.next();
    return true;
}

Parsed<void> ocf_agent(Cursor& c, const Token& token, const std::string& type, Element& e) {
    const auto providers = c.around().providers ? c.around().providers(type) : std::vector<std::string>{};
    if (providers.empty()) {
        return c.wrong(token, "'" + token.text + "': no resource agent of that name is installed (crm ra list ocf)");
    }
    e.set("class", "ocf");
    e.set("provider", providers.front());
    e.set("type", type);
    return {};
}

Parsed<void> agent(Cursor& c, Element& e) {
    const Token token = c.next();
    if (starts_with(token.text, "@") && token.text.size() > 1) {
        e.set("template", token.text.substr(1));
        return {};
    }
    std::vector<std::string> parts;
    for (auto p : split(token.text, ':')) parts.emplace_back(p);
    static const std::set<std::string, std::less<>> classes{"ocf",     "lsb",     "heartbeat", "service",
                                                            "stonith", "systemd", "upstart",   "nagios"};
    if (parts.size() == 1) return ocf_agent(c, token, parts[0], e);
    if (classes.count(parts[0]) == 0) {
        return c.wrong(token, "'" + token.text + "': unknown class '" + parts[0] +
                                  "'; expected ocf, systemd, service, lsb or stonith");
    }
    if (parts[0] == "ocf" && parts.size() == 2) return ocf_agent(c, token, parts[1], e);
    const std::size_t expected = parts[0] == "ocf" ? 3 : 2;
    if (parts[0] != "ocf" && parts.size() > 2) {  // systemd units may have colons
        for (std::size_t i = 2; i < parts.size(); ++i) parts[1] += ":" + parts[i];
        parts.resize(2);
    }
    if (parts.size() != expected || parts.back().empty()) {
        return c.wrong(token, "'" + token.text + "': expected " + parts[0] +
                                  (expected == 3 ? ":provider:type" : ":type"));
    }
    e.set("class", parts[0]);
    if (expected == 3) e.set("provider", parts[1]);
    e.set("type", parts.back());
    return {};
}

Parsed<Element> operation(Cursor& c) {
    if (c.done()) return c.wrong("op: the operation's name is missing");
    Element op{"op"};
    op.set("name", c.next().text);
    Element params{"instance_attributes"};
    while (!c.done() && kPrimitive.count(c.word()) == 0) {
        const Token token = c.peek();
        auto pair = as_pair(token.text);
        if (pair && (pair->name == "$id" || pair->name == "id")) {
            op.set("id", pair->value);
        } else if (pair && kOpAttributes.count(pair->name) > 0) {
            if (!params.children().empty()) {
                return c.wrong(token, "op " + op.get("name") + ": " + pair->name +
                                          " must come before the operation's parameters");
            }
            if (op.has(pair->name)) return c.wrong(token, "op " + op.get("name") + ": " + pair->name + " is given twice");
            op.set(pair->name, pair->value);
        } else if (pair) {
            Element nv{"nvpair"};
            nv.set("name", pair->name).set("value", pair->value);
            params.add(std::move(nv));
        } else {
            return c.wrong(token, "op " + op.get("name") + ": '" + token.text + "': expected name=value");
        }
        c.next();
    }
    if (!op.has("interval")) op.set("interval", "0");
    if (!params.children().empty()) op.add(std::move(params));
    return op;
}

// One part of a primitive or template: params, meta, op ...
Parsed<void> primitive_part(Cursor& c, Element& e) {
    const std::string keyword = c.word();
    const bool implicit = kPrimitive.count(keyword) == 0;
    if (implicit && !as_pair(c.text()) && c.text()[0] != '@' && c.text()[0] != '$') {
        return c.wrong("'" + c.text() + "': expected params, meta, utilization, operations or op");
    }
    if (!implicit) c.next();
    if (keyword == "operations") {
        Element& operations = e.child_or_add("operations");
        while (auto pair = as_pair(c.text())) {
            if (c.done() || (pair->name != "$id" && pair->name != "$id-ref")) break;
            operations.set(pair->name.substr(1), pair->value);
            c.next();
        }
        return {};
    }
    if (keyword == "op") {
        auto op = operation(c);
        if (!op) return tl::make_unexpected(op.error());
        e.child_or_add("operations").add(std::move(*op));
        return {};
    }
    auto set = parse_nvset(c, implicit ? "instance_attributes" : set_element(keyword), kPrimitive);
    if (!set) return tl::make_unexpected(set.error());
    if (keyword == "op_params" || keyword == "op_meta") {
        Element* operations = e.edit_child("operations");
        if (operations == nullptr || operations->children().empty()) {
            return c.wrong(keyword + " must follow an op");
        }
        operations->edit_children().back().add(std::move(*set));
        return {};
    }
    e.add(std::move(*set));
    return {};
}

Parsed<void> primitive(Cursor& c, Statement& out) {
    const Token id = c.last();
    while (take_description(c, out.element)) {}
    if (c.done()) return c.wrong(id, out.keyword + " " + id.text + ": the agent is missing (class:provider:type)");
    if (auto done = agent(c, out.element); !done) return done;
    while (!c.done()) {
        if (take_description(c, out.element)) continue;
        if (auto done = primitive_part(c, out.element); !done) return done;
    }
    return {};
}

Parsed<void> container(Cursor& c, Statement& out) {
    const Token id = c.last();
    const bool group = out.keyword == "group";
    while (!c.done() && kContainer.count(c.word()) == 0) {
        if (take_description(c, out.element)) continue;
        if (as_pair(c.text())) return c.wrong("'" + c.text() + "': expected params or meta before it");
        if (!group && !out.members.empty()) return c.wrong(out.keyword + " " + id.text + ": only one resource, not '" + c.text() + "'");
        out.members.push_back(c.next().text);
    }
    if (out.members.empty()) {
        return c.wrong(id, out.keyword + " " + id.text + ": the resource" + (group ? "s are" : " is") + " missing");
    }
    while (!c.done()) {
        if (take_description(c, out.element)) continue;
        const std::string keyword = c.word();
        c.next();
        auto set = parse_nvset(c, set_element(keyword), kContainer);
        if (!set) return tl::make_unexpected(set.error());
        out.element.add(std::move(*set));
    }
    return {};
}

// "docker image=x", "network a=b port-mapping id=c", "storage storage-mapping ...": attributes, then mappings.
Parsed<Element> bundle_part(Cursor& c, const std::string& keyword) {
    Element part{keyword};
    const std::string mapping = keyword == "network" ? "port-mapping" : keyword == "storage" ? "storage-mapping" : "";
    Element* target = &part;
    while (!c.done() && kBundle.count(c.word()) == 0) {
        if (!mapping.empty() && c.take(mapping)) {
            target = &part.add(Element{mapping});
            continue;
        }
        auto pair = as_pair(c.text());
        if (!pair) return c.wrong("bundle, " + keyword + ": '" + c.text() + "': expected name=value");
        target->set(pair->name, pair->value);
        c.next();
    }
    return part;
}

Parsed<void> bundle_primitive(Cursor& c, Statement& out) {
    if (c.done()) return c.wrong("bundle: the primitive's name is missing");
    if (!out.members.empty()) return c.wrong("bundle: a second primitive '" + c.text() + "'; only one is possible");
    out.members.push_back(c.next().text);
    if (!c.done() && kBundle.count(c.word()) == 0) {
        return c.wrong("bundle: '" + c.text() + "': expected the name of a primitive that is defined by itself");
    }
    return {};
}

Parsed<void> bundle(Cursor& c, Statement& out) {
    const Token id = c.last();
    bool has_container = false;
    while (!c.done()) {
        if (take_description(c, out.element)) continue;
        const std::string keyword = c.word();
        if (kBundle.count(keyword) == 0) return c.wrong("bundle: '" + c.text() + "': expected docker, podman, network, storage, primitive or meta");
        c.next();
        if (keyword == "primitive") {
            if (auto done = bundle_primitive(c, out); !done) return done;
            continue;
        }
        auto part = keyword == "meta" || keyword == "params" ? parse_nvset(c, set_element(keyword), kBundle)
                                                             : bundle_part(c, keyword);
        if (!part) return tl::make_unexpected(part.error());
        has_container = has_container || keyword == "docker" || keyword == "podman" || keyword == "rkt";
        out.element.add(std::move(*part));
    }
    if (!has_container) return c.wrong(id, "bundle " + id.text + ": docker or podman is missing");
    return {};
}

}  // namespace

// monitor RSC[:ROLE] INTERVAL[:TIMEOUT]
Parsed<void> parse_monitor(Cursor& c, Statement& out) {
    if (c.done()) return c.wrong("monitor: the resource is missing");
    const Token who = c.next();
    const auto colon = who.text.find(':');
    out.members.push_back(who.text.substr(0, colon));
    out.element.set("name", "monitor");
    if (colon != std::string::npos) {
        auto role = check_role(c, who, who.text.substr(colon + 1));
        if (!role) return tl::make_unexpected(role.error());
        out.element.set("role", who.text.substr(colon + 1));
    }
    if (c.done()) return c.wrong(who, "monitor " + who.text + ": the interval is missing");
    const Token times = c.next();
    const auto second = times.text.find(':');
    out.element.set("interval", times.text.substr(0, second));
    if (second != std::string::npos) out.element.set("timeout", times.text.substr(second + 1));
    return {};
}

Parsed<void> parse_resource(Cursor& c, Statement& out) {
    if (c.done()) return c.wrong(out.keyword + ": the id is missing");
    const Token id = c.next();
    if (auto fine = check_id(c, id); !fine) return fine;
    out.element.set("id", id.text);
    if (out.keyword == "primitive" || out.keyword == "rsc_template") return primitive(c, out);
    if (out.keyword == "bundle") return bundle(c, out);
    return container(c, out);
}

}  // namespace muster::crm::lang
