// id-ref: what it leads to.
#include <map>

#include "base/text.h"
#include "tools/crm/configure/apply.h"
#include "tools/crm/lang/ids.h"
#include "tools/crm/lang/objects.h"

namespace muster::crm {

using xml::Element;

namespace {

void collect(const Element& e, std::vector<std::pair<std::string, std::string>>& out) {
    if (const auto* reference = e.find("id-ref")) out.emplace_back(e.name(), *reference);
    for (const auto& child : e.children()) collect(child, out);
}

// The first part of that name below an object, not looking into other resources.
Element* first_part(Element& object, const std::string& name) {
    for (auto& child : object.edit_children()) {
        if (child.name() == name && !child.has("id-ref")) return &child;
        if (!is_resource_name(child.name())) {
            if (auto* found = first_part(child, name)) return found;
        }
    }
    return nullptr;
}

// "web-port" is the value of port of resource web.
std::string value_of(Element& configuration, const std::string& reference) {
    for (auto dash = reference.rfind('-'); dash != std::string::npos && dash > 0; dash = reference.rfind('-', dash - 1)) {
        Element* object = configuration.edit_by_id(reference.substr(0, dash));
        if (object == nullptr) continue;
        const std::string name = reference.substr(dash + 1);
        for (const auto& set : object->children()) {
            for (const auto& nv : set.children()) {
                if (nv.name() == "nvpair" && nv.get("name") == name && nv.has("id")) return nv.id();
            }
        }
    }
    return "";
}

std::string target_of(Element& configuration, const std::string& name, const std::string& reference) {
    const Element* exact = configuration.find_by_id(reference);
    if (exact != nullptr && exact->name() == name) return reference;
    if (name == "nvpair") return value_of(configuration, reference);
    Element* object = exact == nullptr ? nullptr : configuration.edit_by_id(reference);
    Element* part = object == nullptr ? nullptr : first_part(*object, name);
    if (part == nullptr) return "";
    if (!part->has("id")) {
        Ids taken;
        collect_ids(configuration, taken);
        part->set("id", new_id(reference + "-" + name, taken));
    }
    return part->id();
}

void rewrite(Element& e, const std::map<std::pair<std::string, std::string>, std::string>& targets) {
    if (const auto* reference = e.find("id-ref")) {
        const auto it = targets.find({e.name(), *reference});
        if (it != targets.end() && it->second != *reference) e.set("id-ref", it->second);
    }
    for (std::size_t i = 0; i < e.children().size(); ++i) {
        std::vector<std::pair<std::string, std::string>> below;
        collect(e.children()[i], below);
        if (!below.empty()) rewrite(e.edit_children()[i], targets);
    }
}

}  // namespace

Result<void> resolve_references(Element& configuration) {
    std::vector<std::pair<std::string, std::string>> found;
    collect(configuration, found);
    if (found.empty()) return {};
    std::map<std::pair<std::string, std::string>, std::string> targets;
    for (const auto& use : found) {
        if (targets.count(use) > 0) continue;
        auto target = target_of(configuration, use.first, use.second);
        if (target.empty()) {
            return fail(ErrorCode::not_found, "the reference '" + use.second + "' leads nowhere: there is no " + use.first +
                                                  " of that id, nor an object with one");
        }
        targets.emplace(use, std::move(target));
    }
    rewrite(configuration, targets);
    return {};
}

}  // namespace muster::crm
