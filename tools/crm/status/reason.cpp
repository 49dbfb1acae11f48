#include "tools/crm/status/reason.h"

namespace muster::crm::status {

std::string cause_text(const policy::Reason& reason) {
    if (reason.text == "unable to assign") return "no node may run it, after failures, bans or the loss of nodes";
    return reason.text;
}

std::string decision_text(const policy::Reason& r) {
    std::string out = r.decision + " " + r.resource;
    if (!r.from.empty() && !r.to.empty() && r.from != r.to) {
        out += " from " + r.from + " to " + r.to;
    } else if (!r.to.empty() && r.to != r.resource) {
        out += " on " + r.to;
    } else if (!r.from.empty()) {
        out += " on " + r.from;
    }
    const std::string cause = cause_text(r);
    return cause.empty() ? out : out + " (" + cause + ")";
}

}  // namespace muster::crm::status
