#include "tools/crm/status/sections.h"

#include <algorithm>
#include <map>
#include <ostream>

#include "base/text.h"
#include "tools/crm/status/reason.h"

namespace muster::crm::status {
namespace {

constexpr std::string_view kFailCount = "fail-count-";
constexpr std::string_view kLastFailure = "last-failure-";

std::string moment(std::string_view seconds) {
    const auto value = parse_int(seconds).value_or(0);
    return value > 0 ? to_iso8601(WallTime::from_seconds(value)) : std::string{};
}

void stopped(std::ostream& out, const policy::ResourceView& r, const Input& input, bool& any) {
    for (const auto& child : r.children) stopped(out, child, input, any);
    if (!r.children.empty() || !r.nodes.empty()) return;
    any = true;
    out << "  " << r.id;
    if (r.disabled) {
        out << ": off (target-role=Stopped)";
    } else if (!r.managed) {
        out << ": unmanaged";
    }
    const auto& reasons = input.plan.reasons;
    const auto why = std::find_if(reasons.begin(), reasons.end(), [&](const auto& x) { return x.resource == r.id; });
    if (!r.disabled && why != reasons.end()) {
        const std::string cause = cause_text(*why);
        out << ": " << (why->decision == "stay-stopped" ? "stays stopped" : why->decision) << (why->to.empty() ? "" : " on " + why->to) << (cause.empty() ? "" : " (" + cause + ")");
    }
    out << "\n";
}

using Values = std::map<std::string, std::string>;

void collect(const xml::Element* sets, Values& into) {
    if (sets == nullptr) return;
    for (const auto& set : sets->children()) {
        for (const auto& nv : set.children()) {
            const std::string& name = nv.get("name");
            if (nv.name() != "nvpair" || starts_with(name, kFailCount) || starts_with(name, kLastFailure)) continue;
            into[name] = nv.get("value");
        }
    }
}

}  // namespace

void inactive_section(std::ostream& out, const Input& input) {
    out << "\nINACTIVE\n";
    bool any = false;
    for (const auto& r : input.view.resources) stopped(out, r, input, any);
    if (!any) out << "  nothing: every resource runs\n";
}

void attributes_section(std::ostream& out, const cib::Cib& cib) {
    out << "\nNODE ATTRIBUTES\n";
    std::map<std::string, std::pair<Values, Values>> nodes;
    if (const auto* section = cib.section("nodes")) {
        for (const auto& n : section->children()) {
            xml::Element sets{"sets"};
            for (const auto* set : n.children_named("instance_attributes")) sets.add(*set);
            collect(&sets, nodes[n.get("uname")].first);
        }
    }
    for (const auto& n : cib.status.nodes) collect(&n.transient, nodes[n.uname].second);
    for (const auto& [name, values] : nodes) {
        out << "  " << name << (values.first.empty() && values.second.empty() ? ": none\n" : "\n");
        for (const auto& [key, value] : values.first) out << "    " << key << "=" << value << "\n";
        for (const auto& [key, value] : values.second) out << "    " << key << "=" << value << "  (until its next start)\n";
    }
}

void failures_section(std::ostream& out, const cib::Cib& cib) {
    out << "\nFAIL COUNTS\n";
    bool any = false;
    for (const auto& node : cib.status.nodes) {
        Values counts, times;
        for (const auto& set : node.transient.children()) {
            for (const auto& nv : set.children()) {
                const std::string& name = nv.get("name");
                if (starts_with(name, kFailCount)) counts[name.substr(kFailCount.size())] = nv.get("value");
                if (starts_with(name, kLastFailure)) times[name.substr(kLastFailure.size())] = nv.get("value");
            }
        }
        for (const auto& [what, count] : counts) {
            any = true;
            const auto at = moment(times[what]);
            out << "  " << node.uname << " " << what << ": " << count << (at.empty() ? "" : ", last " + at) << "\n";
        }
    }
    if (!any) out << "  none\n";
}

void operations_section(std::ostream& out, const cib::Cib& cib, bool timing) {
    out << "\nOPERATIONS\n";
    for (const auto& node : cib.status.nodes) {
        for (const auto& r : node.history) {
            for (const auto& op : r.ops) {
                out << "  " << node.uname << " " << r.id << " " << op.operation;
                if (op.interval_ms > 0) out << " every " << to_string(milliseconds{op.interval_ms});
                if (op.op_status == -1) {
                    out << ": in progress";
                } else {
                    out << ": exit " << op.rc;
                }
                if (op.exec_time_ms >= 0) out << ", took " << op.exec_time_ms << " ms";
                if (timing && op.queue_time_ms >= 0) out << ", waited " << op.queue_time_ms << " ms";
                if (op.last_rc_change > 0) out << ", " << to_iso8601(WallTime::from_seconds(op.last_rc_change));
                out << "\n";
            }
        }
    }
}

void tickets_section(std::ostream& out, const cib::Cib& cib) {
    out << "\nTICKETS\n";
    bool any = false;
    for (const auto& other : cib.status.others) {
        if (other.name() != "tickets") continue;
        for (const auto& t : other.children()) {
            any = true;
            out << "  " << t.id() << ": " << (parse_bool(t.get("granted")).value_or(false) ? "granted" : "revoked");
            if (parse_bool(t.get("standby")).value_or(false)) out << ", in standby";
            if (const auto at = moment(t.get("last-granted")); !at.empty()) out << ", last granted " << at;
            out << "\n";
        }
    }
    if (!any) out << "  none\n";
}

}  // namespace muster::crm::status
