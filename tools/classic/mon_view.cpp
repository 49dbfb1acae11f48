#include <algorithm>
#include <ctime>

#include "base/text.h"
#include "cib/model/read.h"
#include "cib/rules/nvset.h"
#include "cib/schema/properties.h"
#include "tools/classic/mon.h"
#include "tools/classic/node_list.h"

namespace muster::classic {
namespace {

using xml::Element;

bool is_in(const std::string& value) { return !value.empty() && value != "false" && value != "0" && value != "offline"; }

class Builder {
  public:
    Builder(const Element& cib, WallTime now) : cib_{cib}, index_{*cib.child("configuration")} {
        evaluation_.now = now;
        if (const auto typed = cib::from_element(cib)) typed_ = *typed;
    }

    MonView run() {
        summary();
        attributes();
        nodes();
        for (const auto& n : view_.nodes) nodes_so_far_ += n.container.empty() ? 1 : 0;
        if (const Element* resources = cib::find_section(cib_, "resources")) {
            for (const Element& e : resources->children()) {
                if (is_resource(e) && e.name() != "template") view_.resources.push_back(resource(e, nullptr));
            }
        }
        for (const auto& r : view_.resources) count(r, 1);
        return std::move(view_);
    }

  private:
    bool property(const char* name) const { return parse_bool(cib::property_value(cib_, name)).value_or(false); }

    void summary() {
        view_.stack = cib::property_value(cib_, "cluster-infrastructure");
        view_.dc_version = cib::property_value(cib_, "dc-version");
        view_.no_quorum_policy = cib::property_value(cib_, "no-quorum-policy");
        view_.quorum = is_in(cib_.get("have-quorum"));
        view_.stonith = property("stonith-enabled");
        view_.symmetric = property("symmetric-cluster");
        view_.maintenance = property("maintenance-mode");
        view_.stop_all = property("stop-all-resources");
        view_.dc_id = cib_.get("dc-uuid");
        view_.updated = calendar(evaluation_.now.to_seconds());
        view_.changed = cib_.get("cib-last-written");
        view_.user = cib_.get("update-user");
        view_.client = cib_.get("update-client");
        view_.origin = cib_.get("update-origin");
    }

    void take(const Element& owner, const std::string& node) {
        for (const auto& v : cib::resolve(owner, "instance_attributes", evaluation_, index_)) {
            view_.attributes[node][std::string{v.name}] = std::string{v.value};
        }
    }

    void attributes() {
        if (const Element* section = cib::find_section(cib_, "nodes")) {
            for (const Element* n : section->children_named("node")) take(*n, n->get("uname"));
        }
        for (const auto& n : typed_.status.nodes) {
            view_.status_order.push_back(n.uname);
            if (!n.transient.name().empty()) take(n.transient, n.uname);
        }
    }

    std::string attribute(const std::string& node, const std::string& name) const {
        const auto at = view_.attributes.find(node);
        if (at == view_.attributes.end()) return {};
        const auto value = at->second.find(name);
        return value == at->second.end() ? std::string{} : value->second;
    }

    void nodes() {
        for (const auto& listed : nodes_of(cib_)) {
            MonNode n;
            n.name = listed.name;
            n.id = listed.id;
            n.kind = listed.kind == "cluster" ? "member" : listed.kind;
            n.dc = n.id == view_.dc_id;
            if (n.dc) view_.dc = n.name;
            const cib::NodeState* state = typed_.status.node(n.name);
            if (n.kind == "member" && state) {
                const bool member = is_in(state->in_ccm);
                n.online = member && is_in(state->crmd) && state->join == "member";
                n.pending = member && !n.online && is_in(state->crmd);
                n.unclean = view_.stonith && !n.online && !n.pending && state->expected == "member";
            } else if (n.kind == "member") {
                n.unclean = view_.stonith && property("startup-fencing");
            } else {
                n.online = !running_on(cib_, n.kind == "remote" ? n.name : guest_owner(n.name)).empty();
            }
            const std::string standby = attribute(n.name, "standby");
            n.standby = standby == "on" || parse_bool(standby).value_or(false);
            n.maintenance = parse_bool(attribute(n.name, "maintenance")).value_or(false);
            n.feature_set = attribute(n.name, "#feature-set");
            view_.nodes.push_back(std::move(n));
        }
        if (const Element* resources = cib::find_section(cib_, "resources")) bundle_nodes(*resources);
        std::sort(view_.nodes.begin(), view_.nodes.end(), [](const auto& a, const auto& b) { return natural_less(a.name, b.name); });
    }

    void bundle_nodes(const Element& e) {
        for (const Element& c : e.children()) {
            if (c.name() != "bundle") continue;
            for (const auto& r : replicas_of(cib_, c)) {
                if (!r.has_primitive || r.members.back().id != r.name) continue;
                MonNode n;
                n.name = n.id = r.name;
                n.kind = "guest";
                n.online = !r.node.empty() && !r.members.back().places.empty();
                n.container = r.members[r.members.size() - 2].id;
                view_.nodes.push_back(std::move(n));
            }
        }
    }

    // The resource whose remote-node meta attribute names that node.
    std::string guest_owner(const std::string& node) const {
        const Element* resources = cib::find_section(cib_, "resources");
        const auto pairs = xml_pairs(*resources, node);
        return pairs;
    }
    static std::string xml_pairs(const Element& e, const std::string& node) {
        for (const Element& c : e.children()) {
            if (c.is_comment()) continue;
            for (const Element* meta : c.children_named("meta_attributes")) {
                for (const Element* p : meta->children_named("nvpair")) {
                    if (p->get("name") == "remote-node" && p->get("value") == node) return c.id();
                }
            }
            if (is_resource(c)) {
                if (auto found = xml_pairs(c, node); !found.empty()) return found;
            }
        }
        return {};
    }

    MonResource resource(const Element& e, const MonResource* parent) {
        MonResource r;
        r.element = &e;
        const auto meta = cib::resolve(e, "meta_attributes", evaluation_, index_);
        r.managed = parse_bool(meta.get("is-managed", parent && !parent->managed ? "false" : "true")).value_or(true) && !view_.maintenance;
        r.target_role = std::string{meta.get("target-role", parent ? parent->target_role : "")};
        r.disabled = iequals(r.target_role, "Stopped");
        r.promotable = e.name() == "master" || parse_bool(meta.get("promotable")).value_or(false);
        r.unique = parse_bool(meta.get("globally-unique")).value_or(false);
        if (e.name() == "clone" || e.name() == "master") {
            r.instances = static_cast<int>(parse_int(meta.get("clone-max")).value_or(nodes_so_far_));
        }
        if (e.name() == "bundle") {
            r.replicas = replicas_of(cib_, e);
            for (const auto& replica : r.replicas) {
                for (const auto& m : replica.members) r.places.insert(r.places.end(), m.places.begin(), m.places.end());
                if (replica.has_primitive) ++nodes_so_far_;
            }
        } else {
            r.places = running_on(cib_, e.id());
        }
        for (const Element& c : e.children()) {
            if (is_resource(c)) r.children.push_back(resource(c, &r));
        }
        return r;
    }

    void count(const MonResource& r, int times) {
        if (r.element->name() == "primitive") {
            view_.instances += times;
            if (r.disabled) view_.disabled += times;
            return;
        }
        for (const auto& replica : r.replicas) {
            view_.instances += static_cast<int>(replica.members.size());
            if (r.disabled) view_.disabled += static_cast<int>(replica.members.size());
        }
        if (r.replicas.empty()) {
            for (const auto& c : r.children) count(c, times * r.instances);
        }
    }

    const Element& cib_;
    cib::IdIndex index_;
    cib::EvalContext evaluation_;
    cib::Cib typed_;
    MonView view_;
    // A clone has an instance for each node known when it is read: nodes of bundles come with their bundle.
    std::int64_t nodes_so_far_ = 0;
};

}  // namespace

std::string calendar(std::int64_t seconds) {
    const std::time_t t = static_cast<std::time_t>(seconds);
    std::tm parts{};
    localtime_r(&t, &parts);
    char text[64];
    return {text, std::strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &parts)};
}

MonView mon_view(const Element& cib, WallTime now) { return Builder{cib, now}.run(); }

}  // namespace muster::classic
