// What is wrong, why, and what ends it.
#include <algorithm>
#include <map>

#include "base/score.h"
#include "base/text.h"
#include "tools/crm/status/reason.h"
#include "tools/crm/status/screen.h"

namespace muster::crm::status {

namespace {

int expected_rc(const cib::OpRecord& op) {
    const auto parts = split(op.transition_key, ':');
    return parts.size() < 3 ? 0 : static_cast<int>(parse_int(parts[2]).value_or(0));
}

bool is_failure(const cib::OpRecord& op) {
    if (op.op_status == -1 || op.op_status == 1) return false;  // pending, cancelled
    if (op.rc == 193) return false;
    if (op.operation == "monitor" && op.interval_ms == 0 && (op.rc == 0 || op.rc == 7 || op.rc == 8)) return false;
    return op.op_status > 1 || op.rc != expected_rc(op);
}

std::string rc_text(const cib::OpRecord& op) {
    static const std::map<int, std::string> names{
        {1, "error"}, {2, "invalid parameter"}, {3, "not implemented"}, {4, "insufficient privileges"},
        {5, "not installed"}, {6, "not configured"}, {7, "not running"}, {8, "promoted"}, {9, "promoted, failed"}};
    if (op.op_status == 2) return "timed out";
    const auto it = names.find(op.rc);
    return "exit " + std::to_string(op.rc) + (it == names.end() ? "" : ", " + it->second);
}

std::string clock_text(std::int64_t when, WallTime now) {
    const std::string full = to_iso8601(WallTime::from_seconds(when));
    const bool today = now.to_seconds() - when < 24 * 3600;
    return full.size() < 19 ? full : today ? full.substr(11, 8) : full.substr(0, 16);
}

// The service that a history's name belongs to.
std::string service_of(const policy::ResourceView& r, const std::string& id) {
    if (r.id == id || r.id.substr(0, r.id.find(':')) == id) return r.id;
    for (const auto& child : r.children) {
        if (!service_of(child, id).empty()) return r.id;
    }
    return "";
}

const policy::ResourceView* leaf_of(const policy::ResourceView& r, const std::string& id, const std::string& node) {
    const bool it = r.id == id || r.id.substr(0, r.id.find(':')) == id;
    if (it && r.children.empty() && std::find(r.nodes.begin(), r.nodes.end(), node) != r.nodes.end()) return &r;
    for (const auto& child : r.children) {
        if (const auto* found = leaf_of(child, id, node)) return found;
    }
    return nullptr;
}

std::string attribute(const cib::NodeState& node, const std::string& prefix) {
    for (const auto& set : node.transient.children()) {
        for (const auto& nv : set.children()) {
            const std::string& name = nv.get("name");
            if (name == prefix || starts_with(name, prefix + "#")) return nv.get("value");
        }
    }
    return "";
}

struct Failure {
    const cib::OpRecord* op = nullptr;
    std::string resource;
    const cib::NodeState* node = nullptr;
    std::vector<std::string> also;  // nodes where the same happened
};

std::vector<Failure> failures(const Input& in) {
    std::map<std::string, Failure> unique;  // the newest of each operation
    for (const auto& node : in.cib.status.nodes) {
        for (const auto& h : node.history) {
            for (const auto& op : h.ops) {
                if (!is_failure(op)) continue;
                const std::string key = h.id + " " + node.uname + " " + op.operation + " " + std::to_string(op.interval_ms);
                auto& slot = unique[key];
                if (slot.op == nullptr || op.last_rc_change >= slot.op->last_rc_change) slot = {&op, h.id, &node, {}};
            }
        }
    }
    std::vector<Failure> out;
    for (const auto& [key, f] : unique) {
        const auto same = std::find_if(out.begin(), out.end(), [&f = f](const Failure& o) {
            return o.resource == f.resource && o.op->operation == f.op->operation && o.op->rc == f.op->rc &&
                   o.op->exit_reason == f.op->exit_reason && o.op->interval_ms == f.op->interval_ms;
        });
        if (same == out.end()) {
            out.push_back(f);
        } else {
            same->also.push_back(f.node->uname);
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const Failure& a, const Failure& b) { return a.op->last_rc_change > b.op->last_rc_change; });
    return out;
}

std::string why_stopped(const Input& in, const std::string& resource) {
    for (const auto& r : in.plan.reasons) {
        const bool it = r.resource == resource || r.resource.substr(0, r.resource.find(':')) == resource;
        if (it && (r.decision == "stay-stopped" || r.decision == "leave") && !r.text.empty()) {
            return cause_text(r);
        }
    }
    return "";
}

// It works, and its agent says that it may not for long.
bool is_degraded(const cib::OpRecord& op) { return op.op_status == 0 && (op.rc == 190 || op.rc == 191); }

Problem degraded_problem(const Input& in, const Failure& f, const std::string& where) {
    const auto& op = *f.op;
    Problem out;
    out.serious = false;
    out.text = f.resource + ": degraded on " + where + (op.last_rc_change > 0 ? " since " + clock_text(op.last_rc_change, in.now) : "") +
               " (exit " + std::to_string(op.rc) + (op.exit_reason.empty() ? "" : ": " + op.exit_reason) + ")";
    out.more.push_back("It works" + std::string{op.rc == 191 ? ", promoted," : ""} +
                       " and is left alone, but its agent warns that it may fail soon. When it is well again, this goes by itself.");
    return out;
}

Problem failure_problem(const Input& in, const Failure& f, const std::vector<Service>& services) {
    Problem out;
    const auto& op = *f.op;
    const std::string where = f.node->uname + (f.also.empty() ? "" : ", " + join(f.also, ", "));
    if (is_degraded(op)) return degraded_problem(in, f, where);
    out.text = f.resource + ": " + op.operation + " failed on " + where +
               (op.last_rc_change > 0 ? " at " + clock_text(op.last_rc_change, in.now) : "") + " (" + rc_text(op) +
               (op.exit_reason.empty() ? "" : ": " + op.exit_reason) + ")";
    std::string service;
    const policy::ResourceView* leaf = nullptr;
    for (const auto& r : in.view.resources) {
        if (service.empty()) service = service_of(r, f.resource);
        if (leaf == nullptr) leaf = leaf_of(r, f.resource, f.node->uname);
    }
    const std::string count = attribute(*f.node, "fail-count-" + f.resource);
    const auto it = std::find_if(services.begin(), services.end(), [&](const Service& s) { return s.id == service; });
    const bool well = it != services.end() && it->health == Health::up && !(leaf != nullptr && (leaf->failed || leaf->blocked));
    const std::string cleanup = "crm resource cleanup " + f.resource;
    if (leaf != nullptr && leaf->blocked) {
        out.more.push_back("It is blocked: the cluster does nothing with " + f.resource + " until that is repaired by hand.");
        out.more.push_back("See why on " + f.node->uname + ", then: " + cleanup);
    } else if (well) {
        out.serious = false;
        out.more.push_back("Now well." + (count.empty() ? "" : " Fail count there: " + count + ".") + " Forget it: " + cleanup);
    } else {
        const std::string why = why_stopped(in, f.resource);
        if (!why.empty()) out.more.push_back("Not running because: " + why + ".");
        out.more.push_back((count == "INFINITY" || count == "1000000" ? "It is not tried again on " + where + ". " : "") +
                           "When the cause is gone: " + cleanup);
    }
    return out;
}

std::string fencing_text(const Input& in, const std::string& node) {
    for (const auto& f : in.facts.fencing) {
        if (f.target != node) continue;
        return "Fencing of " + node + ": " + f.state + (f.executor.empty() ? "" : " by " + f.executor) + (f.error.empty() ? "." : ": " + f.error + ".");
    }
    for (const auto& r : in.plan.reasons) {
        if (r.decision == "fence" && r.resource == node) return node + " will be fenced: " + (r.text.empty() ? "it is lost" : r.text) + ".";
    }
    return "";
}

// A record that failed is of the past when the node is back and no plan wants it off.
bool shall_be_fenced(const Input& in, const std::string& node) {
    return std::any_of(in.facts.fencing.begin(), in.facts.fencing.end(), [&](const auto& f) { return f.target == node && f.state != "failed"; }) ||
           std::any_of(in.plan.reasons.begin(), in.plan.reasons.end(), [&](const auto& r) { return r.decision == "fence" && r.resource == node; });
}

void node_problems(const Input& in, std::vector<Problem>& out) {
    for (const auto& n : in.view.nodes) {
        if (n.kind != "member") continue;
        Problem p;
        if (n.unclean) {
            p.text = "node " + n.name + " is lost and not fenced (UNCLEAN)";
            p.more.push_back("What ran there is not started elsewhere before " + n.name + " is known to be off.");
            const std::string fencing = fencing_text(in, n.name);
            if (!fencing.empty()) p.more.push_back(fencing);
            p.more.push_back("If you know that it is off: crm fence confirm " + n.name);
        } else if (!n.online && !n.pending) {
            p.text = "node " + n.name + " is offline";
            p.more.push_back("Nothing runs there. On it: crm cluster start");
        } else if (n.pending) {
            p.text = "node " + n.name + " is joining";
            p.serious = false;
        } else if (const std::string fencing = fencing_text(in, n.name); !fencing.empty() && shall_be_fenced(in, n.name)) {
            p.text = "node " + n.name + " is up and shall be fenced";
            p.more.push_back(fencing);
        } else {
            continue;
        }
        out.push_back(std::move(p));
    }
}

void down_without_failure(const Input& in, const std::vector<Service>& services, const std::vector<Failure>& failed,
                          std::vector<Problem>& out) {
    for (const auto& s : services) {
        if (s.health != Health::down) continue;
        bool told = false;
        const policy::ResourceView* view = nullptr;
        for (const auto& r : in.view.resources) {
            if (r.id == s.id) view = &r;
        }
        for (const auto& f : failed) told = told || (view != nullptr && !service_of(*view, f.resource).empty());
        if (told) continue;
        Problem p;
        if (s.state == "LOST") {
            p.text = s.id + " ran on a node that is lost; it is started elsewhere when that node is fenced";
            out.push_back(std::move(p));
            continue;
        }
        p.text = s.id + " is down";
        std::vector<const policy::ResourceView*> open{view};
        while (!open.empty() && p.more.empty()) {
            const auto* r = open.back();
            open.pop_back();
            const bool runs = r != nullptr && r->children.empty() && !r->nodes.empty() && !r->failed && !r->blocked;
            if (r == nullptr || runs) continue;
            if (const auto why = why_stopped(in, r->id); !why.empty()) p.more.push_back("Because: " + why + ".");
            for (auto it = r->children.rbegin(); it != r->children.rend(); ++it) open.push_back(&*it);
        }
        for (const auto& r : in.plan.reasons) {
            if (p.more.empty() && r.decision == "start" && view != nullptr && !service_of(*view, r.resource).empty()) {
                p.more.push_back("It is about to be started on " + r.to + ".");
            }
        }
        p.more.push_back("See: crm explain " + s.id);
        out.push_back(std::move(p));
    }
}

}  // namespace

std::vector<Problem> problems(const Input& in, const std::vector<Service>& services) {
    std::vector<Problem> out;
    if (!in.view.have_quorum) {
        const std::string policy = property(in.cib, "no-quorum-policy").value_or("stop");
        Problem p;
        p.text = "no quorum: this part of the cluster has not more than half of the votes";
        p.more.push_back("no-quorum-policy=" + policy + (policy == "stop" ? ": every service is stopped here."
                                                          : policy == "freeze" ? ": what runs goes on, nothing else starts."
                                                          : policy == "ignore" ? ": the cluster goes on as if it had quorum. Data is at risk." : "."));
        p.more.push_back("Bring nodes back, or see: crm cluster status");
        out.push_back(std::move(p));
    }
    node_problems(in, out);
    const auto failed = failures(in);
    down_without_failure(in, services, failed, out);
    for (const auto& f : failed) out.push_back(failure_problem(in, f, services));
    std::stable_sort(out.begin(), out.end(), [](const Problem& a, const Problem& b) { return a.serious && !b.serious; });
    return out;
}

}  // namespace muster::crm::status
