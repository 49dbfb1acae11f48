// cluster status, wait, start, stop, health; fence list, history.
#include "base/text.h"
#include "crmd/protocol/crmd.pb.h"
#include "tools/client/client.h"
#include "tools/crm/levels/change.h"
#include "tools/crm/levels/node.h"
#include "tools/crm/levels/request.h"
#include "tools/crm/levels/view.h"
#include "tools/crm/shell/child.h"

namespace muster::crm {
namespace {

Result<client::Crmd*> need_running(Context& context) {
    auto crmd = running(context);
    if (crmd && *crmd == nullptr) return fail(ErrorCode::unavailable, "only a running cluster can do that, this is a file");
    return crmd;
}

}  // namespace

int cluster_status(Context& context, const Args&) {
    auto crmd = need_running(context);
    if (!crmd) return context.fail(crmd.error());
    auto state = (*crmd)->cluster_state();
    if (!state) return context.fail(state.error());
    context.out << "quorum " << state->quorum() << ", DC " << (state->dc().empty() ? "none" : state->dc())
                << (state->dc_reason().empty() ? "" : " (" + state->dc_reason() + ")") << "\n";
    for (const auto& m : state->members()) context.out << m.name() << " (" << m.id() << "): " << m.state() << "\n";
    for (const auto& w : state->waiting_for()) context.out << "waits: " << w << "\n";
    return kOk;
}

int cluster_wait(Context& context, const Args& args) {
    auto crmd = need_running(context);
    if (!crmd) return context.fail(crmd.error());
    milliseconds within{minutes{1}};
    if (!args.empty()) {
        auto time = parse_interval(args[0]);
        if (!time) return context.usage(args, time.error().message);
        within = *time;
    }
    auto idle = (*crmd)->wait_idle(within);
    return idle ? kOk : context.fail(idle.error());
}

int cluster_stop(Context& context, const Args& args) {
    if (context.options.dry_run) {
        context.info("will move everything away from " + (args.empty() ? std::string{"this node"} : args[0]) + " and stop the cluster there");
        return kOk;
    }
    auto crmd = need_running(context);
    if (!crmd) return context.fail(crmd.error());
    crmd::proto::Message m;
    m.mutable_stop_node()->set_node(args.empty() ? "" : args[0]);
    return finish(context, **crmd, std::move(m), minutes{20});
}

// start --absent NODE...: work without these nodes.  start alone: the service on this node.
int cluster_start(Context& context, const Args& given) {
    Args args = given;
    if (args.take("--absent")) {
        if (args.empty()) return context.usage(given, "start --absent: name the nodes that are off");
        auto crmd = need_running(context);
        if (!crmd) return context.fail(crmd.error());
        if (!context.confirm("Are they really off? If one still runs, data is destroyed")) return kError;
        crmd::proto::Message m;
        for (const auto& w : args.words) m.mutable_start_absent()->add_nodes(w.text);
        return finish(context, **crmd, std::move(m));
    }
    if (!args.empty()) return context.usage(given, "start: this node only; other nodes: log in there");
    if (context.options.dry_run) {
        context.info("will start corosync and muster here");
        return kOk;
    }
    auto done = run_shell("systemctl start corosync muster", "");
    return done ? kOk : context.fail(done.error());
}

int cluster_health(Context& context, const Args&) {
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    int bad = 0;
    const auto view = policy::cluster_view(*cib, context.now());
    const auto say = [&](bool fine, const std::string& text) {
        context.out << (fine ? "ok    " : "BAD   ") << text << "\n";
        bad += fine ? 0 : 1;
    };
    say(view.have_quorum, view.have_quorum ? "the cluster has quorum" : "the cluster has no quorum");
    for (const auto& n : view.nodes) {
        say(n.online && !n.unclean, "node " + n.name + (n.unclean ? " is unclean" : n.online ? " is online" : " is offline"));
    }
    return bad == 0 ? kOk : kError;
}

int fence_list(Context& context, const Args&) {
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    bool any = false;
    for (const auto& o : objects(cib->configuration)) {
        if (o.keyword != "primitive" || o.element->get("class") != "stonith") continue;
        any = true;
        const auto* hosts = find_value(*o.element, "instance_attributes", "pcmk_host_list");
        const auto* map = find_value(*o.element, "instance_attributes", "pcmk_host_map");
        context.out << o.id << " (" << o.element->get("type") << ")"
                    << (hosts != nullptr ? ": " + *hosts : map != nullptr ? ": " + *map : "") << "\n";
    }
    if (!any) context.out << "no fence devices\n";
    return kOk;
}

int fence_history(Context& context, const Args& args) {
    auto crmd = need_running(context);
    if (!crmd) return context.fail(crmd.error());
    auto state = (*crmd)->cluster_state();
    if (!state) return context.fail(state.error());
    std::vector<crmd::proto::FencingInProgress> records{state->fencing().begin(), state->fencing().end()};
    std::stable_sort(records.begin(), records.end(), [](const auto& a, const auto& b) {
        return std::pair{a.changed_at(), a.attempt()} < std::pair{b.changed_at(), b.attempt()};
    });
    for (const auto& f : records) {
        if (!args.empty() && f.target() != args[0]) continue;
        context.out << to_iso8601(WallTime::from_seconds(f.changed_at())) << " " << f.target() << " " << f.action() << ": " << f.state()
                    << (f.executor().empty() ? "" : " by " + f.executor())
                    << (f.reason().empty() ? "" : " (" + f.reason() + ")")
                    << (f.error().empty() ? "" : ": " + f.error()) << "\n";
    }
    return kOk;
}

}  // namespace muster::crm
