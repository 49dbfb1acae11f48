// Resources: promotable clones, bundles, agents that are gone, operations' options.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "cib/schema/upgrade_steps.h"

namespace muster::cib {
namespace {

using xml::Element;

struct Renaming {
    std::string_view from;
    std::string_view to;
};
constexpr std::array<Renaming, 2> kMeta = {{{"master-max", "promoted-max"}, {"master-node-max", "promoted-node-max"}}};

void rename_meta(Element& clone, Changes& changes) {
    for (Element& block : clone.edit_children()) {
        if (block.name() != "meta_attributes") continue;
        for (Element& pair : block.edit_children()) {
            for (const auto& r : kMeta) {
                if (pair.get("name") != r.from) continue;
                pair.set("name", std::string{r.to});
                changes.push_back(fmt::format("{} {}: {} is now called {}", clone.name(), clone.id(), r.from, r.to));
            }
        }
    }
}

std::string free_id(const Element& root, std::string wanted) {
    while (root.find_by_id(wanted)) wanted += "_";
    return wanted;
}

void upgrade_master(Element& master, const Element& root, Changes& changes) {
    master.set_name("clone");
    changes.push_back(fmt::format("master {} becomes a clone with promotable=true", master.id()));
    Element* meta = nullptr;
    for (Element& c : master.edit_children()) {
        if (c.name() == "meta_attributes" && !c.has("id-ref") && !c.child("rule")) meta = &c;
    }
    if (!meta) {
        Element block{"meta_attributes", {{"id", free_id(root, master.id() + "-meta_attributes")}}};
        master.edit_children().insert(master.edit_children().begin(), std::move(block));
        meta = &master.edit_children().front();
    }
    for (Element& pair : meta->edit_children()) {
        if (pair.get("name") == "promotable") {
            pair.set("value", "true");
            return;
        }
    }
    meta->add(Element{"nvpair", {{"id", free_id(root, meta->id() + "-promotable")}, {"name", "promotable"}, {"value", "true"}}});
}

void upgrade_bundle(Element& bundle, Changes& changes) {
    for (Element& c : bundle.edit_children()) {
        const std::string* masters = c.find("masters");
        if (!masters) continue;
        if (!c.has("promoted-max")) c.set("promoted-max", *masters);
        c.unset("masters");
        changes.push_back(fmt::format("bundle {}: masters is now called promoted-max", bundle.id()));
    }
}

bool is_gone(const Element& e) {
    return e.name() == "primitive" && (e.get("class") == "nagios" || e.get("class") == "upstart");
}

// Whether the resource can no longer exist: its agent's class is gone, or all that it held is.
bool drop(Element& e, Changes& changes) {
    if (is_gone(e)) {
        changes.push_back(fmt::format("primitive {}: class {} no longer exists, the resource is dropped", e.id(), e.get("class")));
        return true;
    }
    if (e.name() == "bundle" && e.child("rkt")) {
        changes.push_back(fmt::format("bundle {}: rkt no longer exists, the resource is dropped", e.id()));
        return true;
    }
    if (e.name() != "group" && e.name() != "clone" && e.name() != "master") return false;
    auto& children = e.edit_children();
    children.erase(std::remove_if(children.begin(), children.end(), [&](Element& c) { return drop(c, changes); }),
                   children.end());
    return !e.child("primitive") && !e.child("group");
}

void upgrade_resource(Element& e, const Element& root, Changes& changes) {
    if (e.name() == "master") upgrade_master(e, root, changes);
    if (e.name() == "clone") rename_meta(e, changes);
    if (e.name() == "bundle") upgrade_bundle(e, changes);
    for (Element& c : e.edit_children()) {
        if (c.name() == "group" || c.name() == "primitive") upgrade_resource(c, root, changes);
    }
}

std::set<std::string> resource_ids(const Element& e) {
    std::set<std::string> ids;
    if (!e.id().empty()) ids.insert(e.id());
    for (const Element& c : e.children()) {
        if (c.name() == "primitive" || c.name() == "group" || c.name() == "clone" || c.name() == "master" ||
            c.name() == "bundle" || c.name() == "template") {
            ids.merge(resource_ids(c));
        }
    }
    return ids;
}

// A constraint about a resource that was dropped goes with it.
void drop_constraints(Element& configuration, const std::set<std::string>& gone, Changes& changes) {
    Element* constraints = configuration.edit_child("constraints");
    if (!constraints || gone.empty()) return;
    auto& list = constraints->edit_children();
    const auto end = std::remove_if(list.begin(), list.end(), [&](const Element& c) {
        const bool about = gone.count(c.get("rsc")) + gone.count(c.get("with-rsc")) + gone.count(c.get("first")) +
                               gone.count(c.get("then")) > 0;
        if (about) changes.push_back(fmt::format("{} {} is dropped with its resource", c.name(), c.id()));
        return about;
    });
    list.erase(end, list.end());
}

}  // namespace

void upgrade_resources(Element& configuration, Changes& changes) {
    const Element* present = configuration.child("resources");
    if (!present) return;
    const auto before = resource_ids(*present);
    const Element root = configuration;
    Element* resources = configuration.edit_child("resources");
    auto& list = resources->edit_children();
    list.erase(std::remove_if(list.begin(), list.end(), [&](Element& e) { return drop(e, changes); }), list.end());
    for (Element& e : list) upgrade_resource(e, root, changes);
    std::set<std::string> gone;
    const auto after = resource_ids(*resources);
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::inserter(gone, gone.end()));
    drop_constraints(configuration, gone, changes);
}

}  // namespace muster::cib
