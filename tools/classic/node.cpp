// crm_node: names, ids, members, quorum.
#include <fmt/format.h>

#include "base/text.h"
#include "crmd/protocol/crmd.pb.h"
#include "tools/classic/attribute_scope.h"
#include "tools/classic/live.h"
#include "tools/classic/node_list.h"
#include "tools/classic/programs.h"
#include "tools/classic/store.h"

namespace muster::classic {
namespace {

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"cluster-id", 'i', Takes::nothing, "This node's cluster id"},
        {"list", 'l', Takes::nothing, "All members, past and present"},
        {"name", 'n', Takes::nothing, "This node's name"},
        {"partition", 'p', Takes::nothing, "The members of this partition"},
        {"quorum", 'q', Takes::nothing, "1 with quorum, 0 without"},
        {"name-for-id", 'N', Takes::value, "The name of the node with this id"},
        {"remove", 'R', Takes::value, "Forget a node that is gone for good"},
        {"force", 'f', Takes::nothing, "With -R: do it"},
        {"quiet", 'Q', Takes::nothing, "Say less"},
    });
    return all;
}

// Without a cluster (CIB_file): what the document says.
struct View {
    std::string name;
    std::string id;
    bool quorum = false;
    struct Member {
        std::string id, name, state;
        bool here = false;
    };
    std::vector<Member> members;
};

Result<View> live_view(Context& context) {
    auto crmd = connect_crmd(context);
    if (!crmd) return tl::make_unexpected(crmd.error());
    const auto state = crmd->cluster_state();
    if (!state) return tl::make_unexpected(state.error());
    View view;
    view.name = crmd->node();
    view.quorum = state->quorum() == "yes";
    for (const auto& m : state->members()) {
        view.members.push_back({std::to_string(m.id()), m.name(), m.in_ring() ? "member" : "lost", m.in_ring()});
        if (m.name() == view.name) view.id = std::to_string(m.id());
    }
    return view;
}

View file_view(Context& context, const xml::Element& cib) {
    View view;
    view.name = context.host;
    view.id = node_id_of(cib, view.name);
    view.quorum = parse_bool(cib.get("have-quorum")).value_or(false);
    const xml::Element* status = cib.child("status");
    for (const auto& n : nodes_of(cib)) {
        if (n.kind != "cluster") continue;
        const xml::Element* state = status ? status->child("node_state", n.id) : nullptr;
        const std::string in_ccm = state ? state->get("in_ccm") : "";
        const bool here = !in_ccm.empty() && in_ccm != "false" && in_ccm != "0";
        view.members.push_back({n.id, n.name, here ? "member" : "lost", here});
    }
    return view;
}

Exit forget_node(Context& context, Store& store, const std::string& name, bool force) {
    if (!force) {
        context.err += "The supplied command is considered dangerous. To prevent accidental destruction of the cluster, the "
                       "--force flag is required in order to proceed.\n";
        return kUsage;
    }
    auto document = store.read();
    if (!document) return context.complain(exit_of(document.error()), document.error().message);
    const std::string id = node_id_of(*document, name);
    if (id.empty()) return context.complain(kNoSuch, fmt::format("there is no node {}", name));
    cib::Operation op;
    op.verb = cib::Verb::remove;
    op.section = "nodes";
    op.input = xml::Element{"node", {{"id", id}, {"uname", name}}};
    if (auto done = store.apply(op); !done) return context.complain(exit_of(done.error()), done.error().message);
    op.section = "status";
    op.input = xml::Element{"node_state", {{"id", id}}};
    if (auto done = store.apply(op); !done && !store.live()) return context.complain(exit_of(done.error()), done.error().message);
    return kOk;
}

Exit show(Context& context, const Options& options, const View& view) {
    if (options.has("name")) {
        context.out += view.name + "\n";
    } else if (options.has("cluster-id")) {
        context.out += view.id + "\n";
    } else if (options.has("quorum")) {
        context.out += view.quorum ? "1\n" : "0\n";
    } else if (options.has("partition")) {
        for (const auto& m : view.members) {
            if (m.here) context.out += m.name + " ";
        }
        context.out += "\n";
    } else if (options.has("list")) {
        for (const auto& m : view.members) context.out += fmt::format("{} {} {}\n", m.id, m.name, m.state);
    } else if (options.has("name-for-id")) {
        for (const auto& m : view.members) {
            if (m.id != options.get("name-for-id")) continue;
            context.out += m.name + "\n";
            return kOk;
        }
        return context.complain(kNoSuch, fmt::format("there is no node with id {}", options.get("name-for-id")));
    }
    return kOk;
}

}  // namespace

Exit crm_node(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "low-level information about nodes", known_options(), status);
    if (!options) return status;
    if (options->order().empty()) return context.complain(kUsage, "Must supply a command: -n, -l, -p, -q, -i, -N or -R");
    if (options->has("name") && context.environment.count("OCF_RESKEY_CRM_meta_on_node") != 0) {
        // An agent asks for the node that it acts for: a bundle's, where it runs in one.
        context.out += context.env("OCF_RESKEY_CRM_meta_on_node") + "\n";
        return kOk;
    }
    auto store = open_store(context);
    if (!store) return not_connected(context, store.error());
    if (options->has("remove")) return forget_node(context, **store, options->get("remove"), options->has("force"));
    if ((*store)->live()) {
        const auto view = live_view(context);
        if (!view) return not_connected(context, view.error());
        return show(context, *options, *view);
    }
    auto document = (*store)->read();
    if (!document) return context.complain(exit_of(document.error()), document.error().message);
    return show(context, *options, file_view(context, *document));
}

}  // namespace muster::classic
