// Deleting and renaming objects, with all that refers to them.
#include <algorithm>

#include "base/text.h"
#include "tools/crm/configure/apply.h"
#include "tools/crm/lang/objects.h"

namespace muster::crm {

using xml::Element;

namespace {

bool points_at(const Element& e, const std::string& id) {
    for (const char* name : {"rsc", "with-rsc", "first", "then"}) {
        if (e.get(name) == id) return true;
    }
    return false;
}

// Takes members of sets, tags and roles out; true if nothing is left of the element.
bool prune(Element& e, const std::string& id) {
    bool removed = false;
    auto& children = e.edit_children();
    for (std::size_t i = 0; i < children.size();) {
        const bool reference = children[i].name() == "resource_ref" || children[i].name() == "obj_ref" || children[i].name() == "role";
        bool gone = reference && children[i].id() == id;
        if (!gone && children[i].name() == "resource_set") gone = prune(children[i], id) && children[i].children().empty();
        if (gone) {
            children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
            removed = true;
        } else {
            ++i;
        }
    }
    return removed;
}

std::size_t members(const Element& e) {
    std::size_t n = 0;
    for (const auto& c : e.children()) {
        if (c.name() == "resource_set") n += c.children().size();
        if (c.name() == "obj_ref" || c.name() == "role") ++n;
    }
    return n;
}

bool refers_by_members(const Element& e) {
    return e.child("resource_set") != nullptr || e.name() == "tag" || e.name() == "acl_target" || e.name() == "acl_group";
}

void drop_from_section(Element& section, const std::string& id, std::vector<std::string>& also) {
    auto& children = section.edit_children();
    for (std::size_t i = 0; i < children.size();) {
        Element& e = children[i];
        bool gone = points_at(e, id);
        if (!gone && refers_by_members(e) && prune(e, id)) {
            const std::size_t least = e.name() == "rsc_colocation" || e.name() == "rsc_order" ? 2 : 1;
            gone = members(e) < least;
        }
        if (gone) {
            also.push_back(e.id());
            children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
        } else {
            ++i;
        }
    }
}

void drop_references(Element& configuration, const std::string& id, std::vector<std::string>& also) {
    for (const char* name : {"constraints", "tags", "acls"}) {
        if (Element* section = configuration.edit_child(name)) drop_from_section(*section, id, also);
    }
    if (Element* tags = configuration.edit_child("tags"); tags != nullptr && tags->children().empty()) {
        auto& all = configuration.edit_children();
        all.erase(std::remove_if(all.begin(), all.end(), [](const Element& e) { return e.name() == "tags"; }), all.end());
    }
}

// Removes one element below `at`; the members of a container take its place.
bool take_out(Element& at, const std::string& id, std::vector<std::string>& emptied) {
    for (std::size_t i = 0; i < at.children().size(); ++i) {
        const Element& child = at.children()[i];
        const bool it = child.id() == id && !(child.name() == "resource_ref");
        if (!it && (!is_resource_name(child.name()) || child.find_by_id(id) == nullptr)) continue;
        auto& children = at.edit_children();
        const auto place = children.begin() + static_cast<std::ptrdiff_t>(i);
        if (it) {
            std::vector<Element> freed;
            for (const auto& c : place->children()) {
                if (is_resource_name(c.name())) freed.push_back(c);
            }
            children.insert(children.erase(place), freed.begin(), freed.end());
            return true;
        }
        if (!take_out(*place, id, emptied)) return false;
        const auto& left = place->children();
        const bool container = place->name() != "bundle";
        if (container && std::none_of(left.begin(), left.end(), [](const Element& c) { return is_resource_name(c.name()); })) {
            emptied.push_back(place->id());
            children.erase(place);
        }
        return true;
    }
    return false;
}

void rename_references(Element& e, const std::string& from, const std::string& to) {
    const bool member = e.name() == "resource_ref" || e.name() == "obj_ref" || e.name() == "role";
    for (auto& a : e.edit_attributes()) {
        const bool reference = a.name == "rsc" || a.name == "with-rsc" || a.name == "first" || a.name == "then" ||
                               a.name == "template" || a.name == "reference" || (member && a.name == "id");
        if (reference && a.value == from) a.value = to;
    }
    if (e.name() == "fencing-level") {
        std::vector<std::string> devices;
        for (auto d : split(e.get("devices"), ',')) devices.push_back(std::string{d} == from ? to : std::string{d});
        e.set("devices", join(devices, ","));
    }
    for (auto& child : e.edit_children()) rename_references(child, from, to);
}

Result<void> remove_one(Element& work, const Object& object, std::vector<std::string>& also) {
    if (object.keyword == "fencing_topology") {
        auto& all = work.edit_children();
        all.erase(std::remove_if(all.begin(), all.end(), [](const Element& e) { return e.name() == "fencing-topology"; }), all.end());
        return {};
    }
    const std::string id = object.id;
    if (object.keyword == "rsc_template") {
        for (const auto& o : objects(work)) {
            if (o.element->get("template") == id) {
                return fail("template " + id + " is used by primitive " + o.id);
            }
        }
    }
    if (object.keyword == "node") {
        auto& nodes = work.edit_child("nodes")->edit_children();
        nodes.erase(std::remove_if(nodes.begin(), nodes.end(), [&](const Element& e) { return e.get("uname") == id; }), nodes.end());
        return {};
    }
    std::vector<std::string> gone{id};
    if (object.keyword == "clone" || object.keyword == "ms") {  // what was said of the clone is said of its resource
        for (const auto& c : object.element->children()) {
            if (!is_resource_name(c.name())) continue;
            Element* constraints = work.edit_child("constraints");
            if (constraints != nullptr) rename_references(*constraints, id, c.id());
        }
    }
    // A clone of a group that goes has nothing to clone.
    if (object.parent != nullptr && object.keyword == "group") gone.push_back(object.parent->id());
    for (const auto& g : std::vector<std::string>{gone}) {
        for (auto& section : work.edit_children()) {
            if (take_out(section, g, gone)) break;
        }
    }
    also.insert(also.end(), gone.begin() + 1, gone.end());
    for (const auto& g : gone) drop_references(work, g, also);
    return {};
}

}  // namespace

Result<Element> remove_objects(const Element& configuration, const std::vector<std::string>& ids,
                               std::vector<std::string>& also) {
    Element work = configuration;
    for (const auto& id : ids) {
        if (find_object(configuration, id).element == nullptr) {
            return fail(ErrorCode::not_found, "there is no object '" + id + "'");
        }
    }
    for (const auto& id : ids) {
        const Object object = find_object(work, id);
        if (object.element == nullptr) continue;  // went with another one
        if (auto done = remove_one(work, object, also); !done) return tl::make_unexpected(done.error());
    }
    if (auto done = resolve_references(work); !done) return tl::make_unexpected(done.error());
    return work;
}

Result<Element> rename_object(const Element& configuration, const std::string& from, const std::string& to) {
    const Object object = find_object(configuration, from);
    if (object.element == nullptr) return fail(ErrorCode::not_found, "there is no object '" + from + "'");
    if (configuration.find_by_id(to) != nullptr) return fail(ErrorCode::exists, "the id '" + to + "' is in use");
    if (object.keyword == "node") return fail("a node's name can not be changed here");
    Element work = configuration;
    rename_references(work, from, to);
    if (object.keyword == "acl_target" || object.keyword == "acl_group") return fail("a user's name can not be changed here");
    work.edit_by_id(from)->set("id", to);
    return work;
}

}  // namespace muster::crm
