// resource status, locate, operations, failcount, cleanup, refresh, restart, scores.
#include <algorithm>

#include "base/text.h"
#include "crmd/protocol/crmd.pb.h"
#include "policy-engine/plan.h"
#include "tools/client/client.h"
#include "tools/crm/lang/unknown.h"
#include "tools/crm/levels/change.h"
#include "tools/crm/levels/members.h"
#include "tools/crm/levels/request.h"
#include "tools/crm/levels/resource.h"
#include "tools/crm/levels/view.h"

namespace muster::crm {

using xml::Element;

namespace {

void print_resource(std::ostream& out, const policy::ResourceView& r, int depth) {
    out << std::string(static_cast<std::size_t>(depth) * 2, ' ') << r.id;
    if (r.kind == "primitive") {
        out << " (" << r.klass << ":" << (r.provider.empty() ? "" : r.provider + ":") << r.type << ")";
    } else {
        out << " (" << r.kind << ")";
    }
    if (r.kind == "primitive" || r.children.empty()) {
        out << ": " << r.role;
        for (const auto& n : r.nodes) out << " " << n;
    }
    if (r.failed) out << ", failed";
    if (r.blocked) out << ", blocked";
    if (r.disabled) out << ", disabled";
    if (!r.managed) out << ", unmanaged";
    if (r.removed) out << ", removed from the configuration";
    out << "\n";
    for (const auto& child : r.children) print_resource(out, child, depth + 1);
}

}  // namespace

int resource_status(Context& context, const Args& args) {
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    const auto view = policy::cluster_view(*cib, context.now());
    if (args.empty()) {
        for (const auto& r : view.resources) print_resource(context.out, r, 0);
        if (view.resources.empty()) context.out << "no resources\n";
        return kOk;
    }
    for (const auto& w : args.words) {
        const auto* r = find_view(view, w.text);
        if (r == nullptr) return context.fail(no_resource(cib->configuration, w.text));
        print_resource(context.out, *r, 0);
    }
    return kOk;
}

namespace {

void locate_one(std::ostream& out, const policy::ResourceView& r, const std::string& name, bool& any) {
    for (const auto& node : r.nodes) {
        if (r.kind != "primitive") continue;
        out << "resource " << name << " is running on: " << node << (r.role == "Promoted" ? " Promoted" : "") << "\n";
        any = true;
    }
    for (const auto& child : r.children) locate_one(out, child, r.kind == "group" ? child.id : name, any);
}

}  // namespace

int resource_locate(Context& context, const Args& args) {
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    const auto view = policy::cluster_view(*cib, context.now());
    std::vector<std::string> ids;
    for (const auto& w : args.words) ids.push_back(w.text);
    if (ids.empty()) {
        for (const auto& r : view.resources) ids.push_back(r.id);
    }
    for (const auto& id : ids) {
        const auto* r = find_view(view, id);
        if (r == nullptr) return context.fail(no_resource(cib->configuration, id));
        bool any = false;
        locate_one(context.out, *r, id, any);
        if (!any) context.out << "resource " << id << " is NOT running\n";
    }
    return kOk;
}

int resource_operations(Context& context, const Args& args) {
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    for (const auto& node : cib->status.nodes) {
        if (args.size() > 1 && node.uname != args[1]) continue;
        for (const auto& r : node.history) {
            if (!args.empty() && r.id != args[0]) continue;
            for (const auto& op : r.ops) {
                context.out << r.id << " on " << node.uname << ": " << op.operation
                            << (op.interval_ms > 0 ? " every " + to_string(milliseconds{op.interval_ms}) : "")
                            << " exit " << op.rc << (op.exit_reason.empty() ? "" : " (" + op.exit_reason + ")")
                            << (op.last_rc_change > 0 ? " at " + to_iso8601(WallTime::from_seconds(op.last_rc_change)) : "")
                            << "\n";
            }
        }
    }
    return kOk;
}

namespace {

// "fail-count-web#start_0" is of resource web.
bool counts(const std::string& attribute, const std::string& prefix, const std::string& id) {
    if (!starts_with(attribute, prefix)) return false;
    const std::string rest = attribute.substr(prefix.size());
    return id.empty() || rest == id || starts_with(rest, id + "#") || starts_with(rest, id + ":");
}

// How many failures it forgot.
std::size_t forget(cib::NodeState& node, const std::string& id, bool all_history) {
    std::size_t failures = 0;
    for (auto& set : node.transient.edit_children()) {
        std::erase_if(set.edit_children(), [&](const Element& nv) {
            return counts(nv.get("name"), "fail-count-", id) || counts(nv.get("name"), "last-failure-", id);
        });
    }
    for (auto& r : node.history) {
        if (!id.empty() && r.id != id) continue;
        std::erase_if(r.ops, [&](const cib::OpRecord& op) {
            const bool failure = ends_with(op.id, "_last_failure_0");
            failures += failure ? 1 : 0;
            return all_history || failure;
        });
    }
    std::erase_if(node.history, [](const cib::ResourceHistory& r) { return r.ops.empty(); });
    return failures;
}

// Nothing named: everything.
std::size_t forget_on(cib::Cib& cib, const std::vector<std::string>& names, const std::string& node, bool all_history) {
    std::size_t failures = 0;
    for (auto& state : cib.status.nodes) {
        if (!node.empty() && state.uname != node) continue;
        for (const auto& id : names) failures += forget(state, id, all_history);
    }
    return failures;
}

void say_forgotten(Context& context, std::size_t failures, const std::string& id) {
    if (context.options.dry_run) return;
    const std::string of = id.empty() ? "" : " of " + id;
    if (failures == 0) return context.info("there was no failure" + of + " to forget");
    context.info("forgot " + std::to_string(failures) + (failures == 1 ? " failure" : " failures") + of);
}

// A group's, a clone's or a bundle's name stands for all that is in it.
Result<std::vector<std::string>> meant(Context& context, const std::string& id) {
    if (id.empty()) return std::vector<std::string>{""};
    auto cib = stored(context);
    if (!cib) return tl::make_unexpected(cib.error());
    return history_names(*cib, id);
}

int clean_live(Context& context, client::Crmd& crmd, const std::vector<std::string>& names, const std::string& node, bool all_history) {
    for (const auto& name : names) {
        crmd::proto::Message m;
        m.mutable_cleanup()->set_resource(name);
        m.mutable_cleanup()->set_node(node);
        m.mutable_cleanup()->set_all_history(all_history);
        if (const int status = request_done(context, crmd, std::move(m)); status != kOk) return status;
    }
    return wait_for_cluster(context);
}

int clean(Context& context, const Args& given, bool all_history) {
    Args args = given;
    args.take("force");
    const std::string id = args.empty() ? "" : args[0];
    const std::string node = args.size() > 1 ? args[1] : "";
    const auto names = meant(context, id);
    if (!names) return context.fail(names.error());
    auto crmd = running(context);
    if (!crmd) return context.fail(crmd.error());
    std::size_t failures = 0;
    int status = kOk;
    if (*crmd != nullptr) {
        // refresh makes every node look again; what it finds can not be foretold.
        const auto end = foretell(context, {typed(given), {id}}, [&](cib::Cib& cib) {
            if (!all_history) failures = forget_on(cib, *names, node, false);
        });
        if (end) return *end;
        status = clean_live(context, **crmd, *names, node, all_history);
    } else {
        status = change_cib(context, {typed(given), {id}}, [&](cib::Cib& cib) -> Result<void> {
            failures = forget_on(cib, *names, node, all_history);
            return {};
        });
    }
    if (status == kOk && !all_history) say_forgotten(context, failures, id);
    return status;
}

}  // namespace

int resource_cleanup(Context& context, const Args& args) { return clean(context, args, false); }
int resource_refresh(Context& context, const Args& args) { return clean(context, args, true); }

namespace {

int show_fail_count(Context& context, const std::string& resource, const std::string& node_name) {
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    const auto* node = cib->status.node(node_name);
    Score total;
    for (const auto& set : node != nullptr ? node->transient.children() : std::vector<Element>{}) {
        for (const auto& nv : set.children()) {
            if (!counts(nv.get("name"), "fail-count-", resource)) continue;
            if (auto score = parse_score(nv.get("value"))) total += *score;
        }
    }
    context.out << "scope=status name=fail-count-" << resource << " value=" << to_string(total) << "\n";
    return kOk;
}

// Forgets the failures of a resource on a node; a value, where one is given, is what counts from now on.
int change_fail_count(Context& context, const Args& args, const std::string* value) {
    auto crmd = running(context);
    if (!crmd) return context.fail(crmd.error());
    if (*crmd == nullptr) return context.fail("failcount " + args[1] + ": only a running cluster can do that");
    const auto end = foretell(context, {typed(args), {args[0]}}, [&](cib::Cib& cib) {
        forget_on(cib, {args[0]}, args[2], false);
        for (auto& state : cib.status.nodes) {
            if (value == nullptr || state.uname != args[2]) continue;
            put_value(state.transient, "instance_attributes", "status-" + state.id, "fail-count-" + args[0] + "#monitor_0", *value);
        }
    });
    if (end) return *end;
    crmd::proto::Message m;
    if (value != nullptr) {
        m.mutable_set_fail_count()->set_resource(args[0]);
        m.mutable_set_fail_count()->set_node(args[2]);
        m.mutable_set_fail_count()->set_value(*value);
    } else {
        m.mutable_cleanup()->set_resource(args[0]);
        m.mutable_cleanup()->set_node(args[2]);
    }
    return finish(context, **crmd, std::move(m));
}

}  // namespace

int resource_failcount(Context& context, const Args& args) {
    const std::string& what = args[1];
    if (what == "show" && args.size() == 3) return show_fail_count(context, args[0], args[2]);
    if (what == "set" && args.size() == 4) return change_fail_count(context, args, &args[3]);
    if (what == "delete" && args.size() == 3) return change_fail_count(context, args, nullptr);
    return context.usage(args, "failcount: expected show <node>, delete <node> or set <node> <value>");
}

// Stops, waits, starts: needs a cluster that does it.
int resource_restart(Context& context, const Args& args) {
    auto crmd = running(context);
    if (!crmd) return context.fail(crmd.error());
    if (*crmd == nullptr) return context.fail("restart: only a running cluster can do that");
    if (context.options.dry_run) return resource_stop(context, args);
    const bool waits = context.options.wait;
    context.options.wait = true;
    int status = resource_stop(context, args);
    if (status == kOk) status = resource_start(context, args);
    context.options.wait = waits;
    return status;
}

int resource_scores(Context& context, const Args& args) {
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    policy::PlanOptions options;
    options.keep_scores = true;
    bool any = false;
    for (const auto& s : policy::plan(*cib, context.now(), options).scores) {
        const bool wanted = args.empty() || s.resource == args[0] || starts_with(s.resource, args[0] + ":");
        if (!wanted) continue;
        any = true;
        context.out << s.resource << " on " << s.node << ": " << to_string(s.score) << "\n";
        for (const auto& t : s.terms) context.out << "    " << to_string(t.score) << "  " << t.source << "  " << t.text << "\n";
    }
    if (!any && !args.empty()) return context.fail(no_resource(cib->configuration, args[0]));
    return kOk;
}

}  // namespace muster::crm
