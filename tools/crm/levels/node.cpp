// node show, standby, online, maintenance, ready, attribute, utilization, status-attr, fence, clearstate, delete.
#include "tools/crm/levels/node.h"

#include "base/text.h"
#include "crmd/protocol/crmd.pb.h"
#include "tools/client/client.h"
#include "tools/crm/lang/unknown.h"
#include "tools/crm/levels/change.h"
#include "tools/crm/levels/request.h"
#include "tools/crm/levels/view.h"

namespace muster::crm {

using xml::Element;

namespace {

Result<Element*> find_node(cib::Cib& cib, const std::string& name) {
    if (Element* nodes = cib.configuration.edit_child("nodes")) {
        for (auto& n : nodes->edit_children()) {
            if (n.get("uname") == name) return &n;
        }
    }
    return fail(ErrorCode::not_found, no_node(cib.configuration, name));
}

// The node that is named, or this one.
Result<std::string> chosen(Context& context, const Args& args) {
    if (!args.empty()) return args[0];
    auto crmd = running(context);
    if (!crmd) return tl::make_unexpected(crmd.error());
    if (*crmd == nullptr) return fail("name the node");
    return (*crmd)->node();
}

int put_attribute(Context& context, const Args& args, const std::string& node, const std::string& name,
                  const std::string& value) {
    return change_cib(context, {typed(args), {node}}, [&](cib::Cib& cib) -> Result<void> {
        auto element = find_node(cib, node);
        if (!element) return tl::make_unexpected(element.error());
        put_value(**element, "instance_attributes", "nodes-" + (*element)->id(), name, value);
        return {};
    });
}

// What crmd does to the attribute, done to a copy.
void put_transient_value(cib::Cib& cib, const std::string& node, const std::string& name, const std::string& value, bool unset) {
    for (auto& state : cib.status.nodes) {
        if (state.uname != node) continue;
        if (unset) {
            drop_value(state.transient, "instance_attributes", name);
        } else {
            put_value(state.transient, "instance_attributes", "status-" + state.id, name, value);
        }
    }
}

// Until the next reboot: a transient attribute, which only the running cluster keeps.
int put_transient(Context& context, const std::string& node, const std::string& name, const std::string& value, bool unset) {
    auto crmd = running(context);
    if (!crmd) return context.fail(crmd.error());
    if (*crmd == nullptr) return context.fail(name + " until reboot: only a running cluster can do that");
    const auto end = foretell(context, {"node status-attr", {node}},
                              [&](cib::Cib& cib) { put_transient_value(cib, node, name, value, unset); });
    if (end) return *end;
    crmd::proto::Message m;
    auto* set = m.mutable_set_attribute();
    set->set_node(node);
    set->set_name(name);
    set->set_value(value);
    set->set_unset(unset);
    set->set_lifetime("reboot");
    return finish(context, **crmd, std::move(m));
}

}  // namespace

int node_standby(Context& context, const Args& given) {
    Args args = given;
    const bool reboot = args.take("reboot");
    args.take("forever");
    auto node = chosen(context, args);
    if (!node) return context.fail(node.error());
    if (args.size() > 1) return context.usage(args, "standby: '" + args[1] + "': expected reboot or forever");
    if (reboot) {
        auto cib = stored(context);
        if (!cib) return context.fail(cib.error());
        if (auto known = find_node(*cib, *node); !known) return context.fail(known.error());
        return put_transient(context, *node, "standby", "on", false);
    }
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    if (auto known = find_node(*cib, *node); !known) return context.fail(known.error());
    if (cib->status.node(*node) == nullptr && !context.options.force) {
        // As crmsh, but not silently.
        context.warn("node " + *node + " never joined the cluster, there is nothing to move away: nothing was stored (crm -F node standby stores it)");
        return kOk;
    }
    return put_attribute(context, given, *node, "standby", "on");
}

int node_online(Context& context, const Args& args) {
    auto node = chosen(context, args);
    if (!node) return context.fail(node.error());
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    const auto* state = cib->status.node(*node);
    if (state != nullptr) {
        for (const auto& set : state->transient.children()) {
            for (const auto& nv : set.children()) {
                if (nv.get("name") != "standby") continue;
                if (const int status = put_transient(context, *node, "standby", "", true); status != kOk) return status;
            }
        }
    }
    return put_attribute(context, args, *node, "standby", "off");
}

int node_maintenance(Context& context, const Args& args) {
    auto node = chosen(context, args);
    return node ? put_attribute(context, args, *node, "maintenance", "true") : context.fail(node.error());
}

int node_ready(Context& context, const Args& args) {
    auto node = chosen(context, args);
    return node ? put_attribute(context, args, *node, "maintenance", "off") : context.fail(node.error());
}

namespace {

int attribute_command(Context& context, const Args& args, const std::string& set) {
    const std::string& what = args[1];
    const bool put = what == "set" && args.size() == 4;
    if (what == "show" && args.size() == 3) {
        auto cib = stored(context);
        if (!cib) return context.fail(cib.error());
        auto node = find_node(*cib, args[0]);
        if (!node) return context.fail(node.error());
        const auto* value = find_value(**node, set, args[2]);
        if (value == nullptr) return context.fail(args[0] + " has no attribute '" + args[2] + "'");
        context.out << "scope=nodes  name=" << args[2] << " value=" << *value << "\n";
        return kOk;
    }
    if (!put && !(what == "delete" && args.size() == 3)) {
        return context.usage(args, "expected set <name> <value>, delete <name> or show <name>");
    }
    return change_cib(context, {typed(args), {args[0]}}, [&](cib::Cib& cib) -> Result<void> {
        auto node = find_node(cib, args[0]);
        if (!node) return tl::make_unexpected(node.error());
        const std::string id = "nodes-" + (*node)->id() + (set == "utilization" ? "-utilization" : "");
        if (put) {
            put_value(**node, set, id, args[2], args[3]);
        } else if (!drop_value(**node, set, args[2])) {
            return fail(ErrorCode::not_found, args[0] + " has no attribute '" + args[2] + "'");
        }
        return {};
    });
}

}  // namespace

int node_attribute(Context& c, const Args& a) { return attribute_command(c, a, "instance_attributes"); }
int node_utilization(Context& c, const Args& a) { return attribute_command(c, a, "utilization"); }

int node_status_attribute(Context& context, const Args& args) {
    if (args[1] == "show" && args.size() == 3) {
        auto cib = stored(context);
        if (!cib) return context.fail(cib.error());
        const auto* state = cib->status.node(args[0]);
        if (state != nullptr) {
            for (const auto& set : state->transient.children()) {
                for (const auto& nv : set.children()) {
                    if (nv.get("name") != args[2]) continue;
                    context.out << "scope=status  name=" << args[2] << " value=" << nv.get("value") << "\n";
                    return kOk;
                }
            }
        }
        return context.fail(args[0] + " has no transient attribute '" + args[2] + "'");
    }
    if (args[1] == "set" && args.size() == 4) return put_transient(context, args[0], args[2], args[3], false);
    if (args[1] == "delete" && args.size() == 3) return put_transient(context, args[0], args[2], "", true);
    return context.usage(args, "expected set <name> <value>, delete <name> or show <name>");
}

namespace {

std::string state_text(const policy::NodeView& n) {
    std::string out = n.kind.empty() ? "member" : n.kind;
    if (n.unclean) {
        out += " UNCLEAN";
    } else if (n.pending) {
        out += " pending";
    } else {
        out += n.online ? " online" : " offline";
    }
    if (n.standby) out += " standby";
    if (n.maintenance) out += " maintenance";
    if (n.is_dc) out += " DC";
    return out;
}

void show_one(Context& context, const cib::Cib& cib, const policy::NodeView& n) {
    context.out << n.name << (n.id.empty() || n.id == n.name ? "" : "(" + n.id + ")") << ": " << state_text(n) << "\n";
    const auto* nodes = cib.section("nodes");
    if (nodes == nullptr) return;
    for (const auto& e : nodes->children()) {
        if (e.get("uname") != n.name) continue;
        for (const auto& set : e.children()) {
            for (const auto& nv : set.children()) {
                if (nv.name() == "nvpair") context.out << "    " << nv.get("name") << "=" << nv.get("value") << "\n";
            }
        }
    }
}

}  // namespace

int node_show(Context& context, const Args& args) {
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    bool any = false;
    for (const auto& n : policy::cluster_view(*cib, context.now()).nodes) {
        if (!args.empty() && n.name != args[0]) continue;
        any = true;
        show_one(context, *cib, n);
    }
    if (!any && !args.empty()) return context.fail(no_node(cib->configuration, args[0]));
    return kOk;
}

int node_fence(Context& context, const Args& args) {
    auto crmd = running(context);
    if (!crmd) return context.fail(crmd.error());
    if (*crmd == nullptr) return context.fail("fence: only a running cluster can do that");
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    if (auto known = find_node(*cib, args[0]); !known) return context.fail(known.error());
    if (context.options.dry_run) {
        context.info("will fence " + args[0] + "; dry run: nothing was done");
        return kOk;
    }
    if (!context.confirm("Fence " + args[0] + "? Whatever runs there is cut off")) return kError;
    crmd::proto::Message m;
    m.mutable_fence()->set_node(args[0]);
    m.mutable_fence()->set_action(args.size() > 1 ? args[1] : "reboot");
    m.mutable_fence()->set_reason("asked for by an operator");
    m.mutable_fence()->set_timeout_ms(120'000);
    return finish(context, **crmd, std::move(m), seconds{130});
}

int node_clearstate(Context& context, const Args& args) {
    auto crmd = running(context);
    if (!crmd) return context.fail(crmd.error());
    if (*crmd == nullptr) return context.fail("clearstate: only a running cluster can do that");
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    if (auto node = find_node(*cib, args[0]); !node) return context.fail(node.error());
    for (const auto& n : policy::cluster_view(*cib, context.now()).nodes) {
        if (n.name == args[0] && n.online && !n.unclean) {
            return context.fail("node " + n.name + " is online: nobody waits for it to be off (crm node fence " + n.name + " cuts it off)");
        }
    }
    if (context.options.dry_run) {
        context.info("will take " + args[0] + " for fenced; dry run: nothing was done");
        return kOk;
    }
    if (!context.confirm("Is " + args[0] + " really off? If it still runs, data is destroyed")) return kError;
    crmd::proto::Message m;
    m.mutable_confirm_fenced()->set_node(args[0]);
    return finish(context, **crmd, std::move(m));
}

int node_delete(Context& context, const Args& args) {
    return change_cib(context, {typed(args), {args[0]}}, [&](cib::Cib& cib) -> Result<void> {
        auto node = find_node(cib, args[0]);
        if (!node) return tl::make_unexpected(node.error());
        const auto* state = cib.status.node(args[0]);
        if (state != nullptr && (state->crmd == "online" || (parse_int(state->crmd).value_or(0) > 0))) {
            return fail("node " + args[0] + " is online; stop the cluster there first");
        }
        std::erase_if(cib.configuration.edit_child("nodes")->edit_children(),
                      [&](const Element& e) { return e.get("uname") == args[0]; });
        return {};
    });
}

}  // namespace muster::crm
