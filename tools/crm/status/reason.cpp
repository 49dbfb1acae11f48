#include "tools/crm/status/reason.h"

#include <algorithm>

namespace muster::crm::status {

policy::Plan plan_with_causes(const cib::Cib& cib, WallTime now) {
    policy::Plan plan = policy::plan(cib, now);
    const bool unsaid = std::any_of(plan.reasons.begin(), plan.reasons.end(), [](const auto& r) {
        return r.text.rfind("no node may run it", 0) == 0;
    });
    if (!unsaid) return plan;
    policy::PlanOptions options;
    options.keep_scores = true;
    return policy::plan(cib, now, options);
}

std::string cause_text(const policy::Reason& reason) {
    if (reason.text == "target-role") return "it shall not run";
    return reason.text;
}

std::string decision_text(const policy::Reason& r, const xml::Element& configuration) {
    std::string out = r.decision + " " + r.resource;
    if (!r.from.empty() && !r.to.empty() && r.from != r.to) {
        out += " from " + r.from + " to " + r.to;
    } else if (!r.to.empty() && r.to != r.resource) {
        out += " on " + r.to;
    } else if (!r.from.empty()) {
        out += " on " + r.from;
    }
    const std::string id = r.resource.substr(0, r.resource.find(':'));
    const bool gone = r.decision == "stop" && configuration.find_by_id(id) == nullptr;
    const std::string cause = gone ? "it is no longer configured" : cause_text(r);
    return cause.empty() ? out : out + " (" + cause + ")";
}

}  // namespace muster::crm::status
