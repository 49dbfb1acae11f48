#include <algorithm>
#include <set>

#include "base/text.h"
#include "policy-engine/plan.h"
#include "tools/crm/levels/change.h"
#include "tools/crm/status/reason.h"

namespace muster::crm {
namespace {

// "web:1" and "web" are the same to whoever named it.
std::string bare(const std::string& instance) { return instance.substr(0, instance.find(':')); }

bool disturbs(const std::string& decision) {
    return decision == "stop" || decision == "fence" || decision == "restart" || decision == "demote";
}

bool quiet(const std::string& decision) { return decision == "leave" || decision == "probe" || decision == "stay-stopped"; }

// The named resources and what is inside them.
std::set<std::string> named(const cib::Cib& cib, const std::vector<std::string>& about) {
    std::set<std::string> out{about.begin(), about.end()};
    for (const auto& id : about) {
        const auto* element = cib.configuration.find_by_id(id);
        if (element == nullptr) continue;
        std::vector<const xml::Element*> open{element};
        while (!open.empty()) {
            const auto* e = open.back();
            open.pop_back();
            for (const auto& child : e->children()) {
                if (child.name() == "primitive" || child.name() == "group") {
                    out.insert(child.id());
                    open.push_back(&child);
                }
            }
        }
    }
    return out;
}

}  // namespace

std::vector<Effect> effects(const cib::Cib& before, const cib::Cib& after, const std::vector<std::string>& about,
                            WallTime now) {
    std::set<std::string> known;
    for (const auto& r : status::plan_with_causes(before, now).reasons) known.insert(status::decision_text(r, before.configuration));
    auto expected = named(before, about);  // with what is deleted
    expected.merge(named(after, about));
    std::vector<Effect> out;
    for (const auto& r : status::plan_with_causes(after, now).reasons) {
        const std::string text = status::decision_text(r, after.configuration);
        if (quiet(r.decision) || known.count(text) > 0) continue;
        const bool asked = expected.count(r.resource) > 0 || expected.count(bare(r.resource)) > 0;
        out.push_back({text, disturbs(r.decision) && !asked});
    }
    return out;
}

}  // namespace muster::crm
