// Resources as crm_mon's text tells them: where each runs, members of groups, instances of clones, replicas of bundles.
#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "tools/classic/mon_page.h"

namespace muster::classic {
namespace {

using xml::Element;

bool inside_promoted(const MonReplica& replica) {
    for (const auto& m : replica.members) {
        for (const auto& p : m.places) {
            if (p.promoted) return true;
        }
    }
    return false;
}

std::string image_of(const Element& bundle) {
    for (const char* kind : {"docker", "podman", "rkt"}) {
        if (const Element* c = bundle.child(kind)) return c->get("image");
    }
    return {};
}

}  // namespace

std::vector<std::string> MonResourceLines::places_of(const MonResource& r) const {
    std::vector<std::string> names;
    for (const auto& p : r.places) {
        if (wishes_.only_node.empty() || p.node == wishes_.only_node) names.push_back(p.node);
    }
    return names;
}

void MonResourceLines::resources() {
    bool any = false;
    for (const auto& r : view_.resources) {
        if (!shows(wishes_, r)) continue;
        if (!wishes_.inactive && places_of(r).empty()) continue;
        one(r, 1);
        any = true;
    }
    if (!any) line(1, wishes_.inactive ? "No resources" : "No active resources");
}

std::string MonResourceLines::flags(const MonResource& r) const {
    std::vector<std::string> words;
    if (r.disabled) words.push_back("disabled");
    if (!r.managed) words.push_back(view_.maintenance ? "unmanaged" : "unmanaged");
    return words.empty() ? "" : " (" + join(words, ", ") + ")";
}

void MonResourceLines::one(const MonResource& r, int level) {
    const std::string& kind = r.element->name();
    if (kind == "primitive") return primitive(r, level);
    if (kind == "group") return group(r, level);
    if (kind == "bundle") return bundle(r, level);
    clone(r, level);
}

void MonResourceLines::bundle(const MonResource& r, int level) {
    line(level, fmt::format("Container bundle{}: {} [{}]{}:", r.replicas.size() > 1 ? " set" : "", r.element->id(), image_of(*r.element),
                            r.managed ? "" : " (unmanaged)"));
    const bool whole = wishes_.selects(r.element->id());
    for (const auto& replica : r.replicas) {
        if (!whole) {
            parts(replica, level + 1);
            continue;
        }
        std::string text = replica.name;
        if (!replica.address.empty()) text += " (" + replica.address + ")";
        text += fmt::format("\t({}):\t ", replica.agent);
        text += replica.node.empty() ? "Stopped" : (inside_promoted(replica) ? "Promoted " : "Started ") + replica.node;
        line(level + 1, text + (r.managed ? "" : " (unmanaged)"));
    }
}

// Only some of a replica's resources were asked for.
void MonResourceLines::parts(const MonReplica& replica, int level) {
    bool first = true;
    for (const auto& m : replica.members) {
        if (!wishes_.selects(m.id)) continue;
        if (first) line(level, fmt::format("Replica[{}]", replica.index));
        first = false;
        line(level + 1, fmt::format("{}\t({}):\t {}", m.id, m.agent, m.places.empty() ? "Stopped" : "Started " + m.places.front().node));
    }
}
void MonResourceLines::primitive(const MonResource& r, int level) {
    const auto names = places_of(r);
    std::string text = fmt::format("{}\t({}):\t ", r.element->id(), agent_name(*r.element));
    text += names.empty() ? "Stopped" : r.places.front().promoted ? "Promoted" : "Started";
    if (names.size() == 1) text += " " + names.front();
    if (names.size() > 1) text += " [ " + join(names, " ") + " ]";
    line(level, text + flags(r));
}

void MonResourceLines::group(const MonResource& r, int level) {
    int hidden = 0;
    for (const auto& c : r.children) hidden += places_of(c).empty() ? 1 : 0;
    std::string title = "Resource Group: " + r.element->id();
    if (!wishes_.inactive && hidden > 0) title += fmt::format(" ({} member{} inactive)", hidden, hidden == 1 ? "" : "s");
    line(level, title + flags(r) + ":");
    for (const auto& c : r.children) {
        if (shows(wishes_, c) && (wishes_.inactive || !places_of(c).empty())) one(c, level + 1);
    }
}

void MonResourceLines::clone(const MonResource& r, int level) {
    std::vector<std::string> words;
    if (r.promotable) words.push_back("promotable");
    if (r.unique) words.push_back("unique");
    if (r.disabled) words.push_back("disabled");
    if (!r.managed) words.push_back("unmanaged");
    const std::string inner = r.children.empty() ? "" : r.children.front().element->id();
    line(level, fmt::format("Clone Set: {} [{}]{}:", r.element->id(), inner, words.empty() ? "" : " (" + join(words, ", ") + ")"));
    std::vector<std::string> promoted, started;
    std::set<std::string> seen;
    for (const auto& p : r.places) {
        if (!wishes_.only_node.empty() && p.node != wishes_.only_node) continue;
        if (seen.insert(p.node).second) (p.promoted ? promoted : started).push_back(p.node);
    }
    const auto list = [&](const char* title, const std::vector<std::string>& names) {
        if (!names.empty()) line(level + 1, fmt::format("{}: [ {} ]", title, join(names, " ")));
    };
    if (!r.managed) return instances(r, level);
    list("Promoted", promoted);
    list(r.promotable ? "Unpromoted" : "Started", started);
    if (!wishes_.inactive) return;
    std::vector<std::string> stopped;
    for (const auto& n : view_.nodes) {
        if (n.kind == "member" && seen.count(n.name) == 0 && shown(n)) stopped.push_back(n.name);
    }
    list(r.disabled ? "Stopped (disabled)" : "Stopped", stopped);
}

// Where nobody manages them, each instance is told.
void MonResourceLines::instances(const MonResource& r, int level) {
    for (const auto& c : r.children) {
        if (c.element->name() != "primitive") {
            one(c, level + 1);
            continue;
        }
        for (const auto& p : r.places) {
            line(level + 1, fmt::format("{}\t({}):\t {} {} (unmanaged)", c.element->id(), agent_name(*c.element),
                                        p.promoted ? "Promoted" : r.promotable ? "Unpromoted" : "Started", p.node));
        }
    }
}

}  // namespace muster::classic
