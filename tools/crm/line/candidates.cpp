#include "tools/crm/line/candidates.h"

#include "tools/crm/configure/editor.h"
#include "tools/crm/meta/agents.h"
#include "tools/crm/ra/catalog.h"

namespace muster::crm {
namespace {

std::vector<Candidate> agent_candidates() {
    std::vector<Candidate> out;
    for (const auto& provider : agent_providers()) {
        auto types = agent_types("ocf", provider);
        if (!types) continue;
        for (const auto& t : *types) {
            out.push_back({"ocf:" + provider + ":" + t, "", false});
            if (provider == "heartbeat") out.push_back({t, "ocf:heartbeat", false});
        }
    }
    if (auto types = agent_types("stonith")) {
        for (const auto& t : *types) out.push_back({"stonith:" + t, "fence agent", false});
    }
    return out;
}

std::vector<Candidate> parameter_candidates(const std::string& agent) {
    std::vector<Candidate> out;
    auto name = find_agent(agent);
    if (!name) return out;
    auto meta = agent_meta(*name);
    if (!meta) return out;
    for (const auto& p : meta->parameters) out.push_back({p.name + "=", (p.required ? "(required) " : "") + p.shortdesc, true});
    if (name->klass == "stonith") {
        for (const auto& p : fencing_parameters()) out.push_back({p.name + "=", p.shortdesc, true});
    }
    return out;
}

}  // namespace

std::vector<Candidate> candidates(Context& context, const std::string& line) {
    CompletionWorld world;
    cib::Cib cib;
    if (context.editor) {
        world.configuration = &context.editor->configuration();
    } else if (auto store = context.store()) {
        if (auto loaded = (*store)->load()) {
            cib = std::move(*loaded);
            world.configuration = &cib.configuration;
        }
    }
    world.agents = agent_candidates;
    world.parameters = parameter_candidates;
    return complete(table(), world, context.level, line);
}

}  // namespace muster::crm
