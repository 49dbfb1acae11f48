#include "tools/simulate/changes.h"

#include <fmt/format.h>

#include "base/text.h"
#include "policy-engine/playback.h"

namespace muster::crm::simulate {
namespace {

using xml::Element;

Element* section(cib::Cib& cib, std::string_view name) { return &cib.configuration.child_or_add(name); }

// The <node> of that name, or nullptr.
Element* find_node(cib::Cib& cib, std::string_view uname) {
    for (Element& n : section(cib, "nodes")->edit_children()) {
        if (!n.is_comment() && (n.get("uname") == uname || (!n.has("uname") && n.id() == uname))) return &n;
    }
    return nullptr;
}

Result<cib::NodeState*> node_state(cib::Cib& cib, const std::string& uname) {
    if (cib::NodeState* s = cib.status.node(uname)) return s;
    const Element* n = find_node(cib, uname);
    if (n == nullptr) return fail(ErrorCode::not_found, fmt::format("there is no node \"{}\" in this CIB", uname));
    cib::NodeState s;
    s.id = n->id();
    s.uname = uname;
    s.remote = n->get("type") == "remote";
    s.has_lrm = true;
    s.lrm_id = s.id;
    cib.status.nodes.push_back(std::move(s));
    return &cib.status.nodes.back();
}

// Sets or, with an empty value, removes a value in the first set of that kind.
void set_value(Element& owner, std::string_view set_name, const std::string& name, const std::string& value) {
    for (Element& set : owner.edit_children()) {
        if (set.is_comment() || set.name() != set_name) continue;
        if (value.empty()) {
            std::erase_if(set.edit_children(), [&](const Element& p) { return p.get("name") == name; });
            continue;
        }
        for (Element& pair : set.edit_children()) {
            if (!pair.is_comment() && pair.get("name") == name) {
                pair.set("value", value);
                return;
            }
        }
    }
    if (value.empty()) return;
    Element& set = owner.child_or_add(set_name);
    if (!set.has("id")) set.set("id", fmt::format("{}-{}", owner.id(), set_name));
    set.add(Element{"nvpair", {{"id", fmt::format("{}-{}", set.id(), name)}, {"name", name}, {"value", value}}});
}

Result<void> node_life(cib::Cib& cib, const Change& c, WallTime now) {
    auto found = node_state(cib, c.target);
    if (!found) return tl::make_unexpected(found.error());
    cib::NodeState& s = **found;
    // Written as today's membership does where the status has times, as words where it has words.
    const bool words = s.in_ccm == "true" || s.in_ccm == "false" || s.in_ccm.empty();
    const std::string since = std::to_string(now.to_seconds());
    if (c.kind == ChangeKind::node_up) {
        s.in_ccm = words ? "true" : since;
        s.crmd = words ? "online" : since;
        s.join = "member";
        s.expected = "member";
        return {};
    }
    s.in_ccm = words ? "false" : "0";
    s.crmd = words ? "offline" : "0";
    const bool failed = c.kind == ChangeKind::node_fail;
    s.join = failed ? "member" : "down";
    s.expected = failed ? "member" : "down";
    if (!failed) {
        s.history.clear();
        s.transient = Element{};
    }
    return {};
}

Result<void> node_attribute(cib::Cib& cib, const std::string& uname, const std::string& name, const std::string& value) {
    Element* n = find_node(cib, uname);
    if (n == nullptr) {
        if (cib.status.node(uname) == nullptr) {
            return fail(ErrorCode::not_found, fmt::format("there is no node \"{}\" in this CIB", uname));
        }
        n = &section(cib, "nodes")->add(Element{"node", {{"id", uname}, {"uname", uname}, {"type", "remote"}}});
    }
    set_value(*n, "instance_attributes", name, value);
    return {};
}

Result<void> resource_value(cib::Cib& cib, const Change& c, std::string_view set_name) {
    Element* r = section(cib, "resources")->edit_by_id(c.target);
    if (r == nullptr) return fail(ErrorCode::not_found, fmt::format("there is no resource \"{}\" in this CIB", c.target));
    set_value(*r, set_name, c.name, c.value);
    return {};
}

void ticket(cib::Cib& cib, const Change& c, WallTime now) {
    Element* tickets = nullptr;
    for (Element& e : cib.status.others) {
        if (e.name() == "tickets") tickets = &e;
    }
    if (tickets == nullptr) {
        cib.status.others.emplace_back("tickets");
        tickets = &cib.status.others.back();
    }
    Element* state = nullptr;
    for (Element& e : tickets->edit_children()) {
        if (!e.is_comment() && e.id() == c.target) state = &e;
    }
    if (state == nullptr) state = &tickets->add(Element{"ticket_state", {{"id", c.target}}});
    switch (c.kind) {
        case ChangeKind::ticket_grant:
            state->set("granted", "true").set("last-granted", std::to_string(now.to_seconds()));
            break;
        case ChangeKind::ticket_revoke: state->set("granted", "false"); break;
        case ChangeKind::ticket_standby: state->set("standby", "true"); break;
        default: state->set("standby", "false"); break;
    }
}

Result<void> inject(cib::Cib& cib, const policy::OperationFault& f, WallTime now) {
    auto found = node_state(cib, f.node);
    if (!found) return tl::make_unexpected(found.error());
    const std::string base = f.resource.substr(0, f.resource.find(':'));
    const Element* primitive = section(cib, "resources")->find_by_id(base);
    policy::OperationResult r{f.resource, {}, {}, {}, f.task, f.interval, f.node, f.rc, f.task == "monitor" && f.rc == 0 ? 7 : 0};
    for (const auto& h : (*found)->history) {
        if (h.id != f.resource && h.id != base) continue;
        r.resource = h.id;
        r.klass = h.klass;
        r.provider = h.provider;
        r.type = h.type;
        policy::record(cib, r, now);
        return {};
    }
    if (primitive == nullptr || primitive->name() != "primitive") {
        return fail(ErrorCode::not_found, fmt::format("there is no primitive \"{}\" in this CIB", f.resource));
    }
    const Element* source = primitive;
    if (primitive->has("template")) {
        const Element* t = section(cib, "resources")->find_by_id(primitive->get("template"));
        if (t != nullptr) source = t;
    }
    r.klass = source->get("class");
    r.provider = source->get("provider");
    r.type = source->get("type");
    policy::record(cib, r, now);
    return {};
}

}  // namespace

Result<void> apply(cib::Cib& cib, const Change& c, WallTime now) {
    switch (c.kind) {
        case ChangeKind::node_up:
        case ChangeKind::node_down:
        case ChangeKind::node_fail: return node_life(cib, c, now);
        case ChangeKind::node_standby: return node_attribute(cib, c.target, "standby", "on");
        case ChangeKind::node_online: return node_attribute(cib, c.target, "standby", "off");
        case ChangeKind::node_maintenance: return node_attribute(cib, c.target, "maintenance", "true");
        case ChangeKind::attribute: return node_attribute(cib, c.target, c.name, c.value);
        case ChangeKind::inject: return inject(cib, c.fault, now);
        case ChangeKind::quorum: cib.set("have-quorum", c.value == "true" ? "1" : "0"); return {};
        case ChangeKind::parameter: return resource_value(cib, c, "instance_attributes");
        case ChangeKind::meta: return resource_value(cib, c, "meta_attributes");
        case ChangeKind::watchdog:
        case ChangeKind::property: {
            const std::string name = c.kind == ChangeKind::watchdog ? "have-watchdog" : c.name;
            Element* config = section(cib, "crm_config");
            if (config->child("cluster_property_set") == nullptr) {
                config->add(Element{"cluster_property_set", {{"id", "cib-bootstrap-options"}}});
            }
            set_value(*config, "cluster_property_set", name, c.value);
            return {};
        }
        default: ticket(cib, c, now); return {};
    }
}

}  // namespace muster::crm::simulate
