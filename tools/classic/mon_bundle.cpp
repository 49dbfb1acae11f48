#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/text.h"
#include "tools/classic/mon.h"

namespace muster::classic {
namespace {

using xml::Element;

std::string address_after(const std::string& first, int steps) {
    in_addr address{};
    if (inet_pton(AF_INET, first.c_str(), &address) != 1) return steps == 0 ? first : std::string{};
    address.s_addr = htonl(ntohl(address.s_addr) + static_cast<std::uint32_t>(steps));
    char text[INET_ADDRSTRLEN];
    return inet_ntop(AF_INET, &address, text, sizeof text) ? text : std::string{};
}

const Element* container_of(const Element& bundle) {
    for (const char* kind : {"docker", "podman", "rkt"}) {
        if (const Element* c = bundle.child(kind)) return c;
    }
    return nullptr;
}

void add_pings(const Element& e, std::map<std::string, std::string>& found) {
    for (const Element& c : e.children()) {
        if (c.is_comment()) continue;
        if (c.name() == "primitive" && (c.get("type") == "ping" || c.get("type") == "pingd")) {
            std::map<std::string, std::string> parameters = {{"name", "pingd"}, {"multiplier", "1"}};
            for (const Element* set : c.children_named("instance_attributes")) {
                for (const Element* p : set->children_named("nvpair")) parameters[p->get("name")] = p->get("value");
            }
            const auto hosts = static_cast<std::int64_t>(split_words(parameters["host_list"]).size());
            found[parameters["name"]] = std::to_string(hosts * parse_int(parameters["multiplier"]).value_or(1));
        }
        if (is_resource(c)) add_pings(c, found);
    }
}

void add_names(const MonResource& r, std::set<std::string>& names) {
    names.insert(r.element->id());
    for (const auto& replica : r.replicas) {
        for (const auto& m : replica.members) names.insert(m.id);
    }
    for (const auto& c : r.children) add_names(c, names);
}

void select_in(const std::vector<MonResource>& list, const std::string& name, std::set<std::string>& names) {
    for (const auto& r : list) {
        if (r.element->id() == name || name == r.element->id() + ":" + name.substr(name.rfind(':') + 1)) add_names(r, names);
        for (const auto& replica : r.replicas) {
            for (const auto& m : replica.members) {
                if (m.id == name) names.insert(name);
            }
        }
        select_in(r.children, name, names);
    }
}

}  // namespace

std::set<std::string> selection(const Element& cib, const MonView& view, const std::string& name) {
    std::set<std::string> names;
    select_in(view.resources, name, names);
    const Element* tags = cib::find_section(cib, "tags");
    const Element* tag = tags ? tags->child("tag", name) : nullptr;
    for (const Element* ref : tag ? tag->children_named("obj_ref") : std::vector<const Element*>{}) select_in(view.resources, ref->id(), names);
    return names;
}

bool shows(const MonWishes& wishes, const MonResource& r) {
    if (wishes.selects(r.element->id())) return true;
    for (const auto& replica : r.replicas) {
        for (const auto& m : replica.members) {
            if (wishes.selects(m.id)) return true;
        }
    }
    for (const auto& c : r.children) {
        if (shows(wishes, c)) return true;
    }
    return false;
}

std::vector<MonReplica> replicas_of(const Element& cib, const Element& bundle) {
    std::vector<MonReplica> replicas;
    const Element* container = container_of(bundle);
    if (!container) return replicas;
    const std::string promoted = container->get("promoted-max", container->get("masters", "1"));
    const auto count = parse_int(container->get("replicas", promoted)).value_or(1);
    const Element* network = bundle.child("network");
    const Element* primitive = bundle.child("primitive");
    const bool addressed = network && network->has("ip-range-start");
    const bool reachable = primitive && network && (addressed || network->has("control-port"));
    for (int i = 0; i < count; ++i) {
        MonReplica r;
        r.index = i;
        r.name = fmt::format("{}-{}", bundle.id(), i);
        const auto add = [&](std::string id, std::string agent) {
            auto places = running_on_exactly(cib, id);
            r.members.push_back({std::move(id), std::move(agent), std::move(places)});
        };
        if (addressed) {
            r.address = address_after(network->get("ip-range-start"), i);
            add(fmt::format("{}-ip-{}", bundle.id(), r.address), "ocf:heartbeat:IPaddr2");
        }
        if (primitive) {
            r.has_primitive = true;
            MonMember inside{primitive->id(), agent_name(*primitive), {}};
            for (const auto& p : running_on(cib, primitive->id())) {
                if (p.node == r.name) inside.places.push_back(p);
            }
            r.members.push_back(std::move(inside));
        }
        add(fmt::format("{}-{}-{}", bundle.id(), container->name(), i), "ocf:heartbeat:" + container->name());
        if (const auto& places = r.members.back().places; !places.empty()) r.node = places.front().node;
        r.agent = primitive ? agent_name(*primitive) : r.members.back().agent;
        if (reachable) add(r.name, "ocf:pacemaker:remote");
        replicas.push_back(std::move(r));
    }
    return replicas;
}

std::map<std::string, std::string> expected_pings(const Element& cib) {
    std::map<std::string, std::string> found;
    if (const Element* resources = cib::find_section(cib, "resources")) add_pings(*resources, found);
    return found;
}

}  // namespace muster::classic
