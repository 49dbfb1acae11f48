#include "cib/change/acl.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cib/change/acl_rights.h"
#include "cib/change/operation.h"

namespace muster::cib {
namespace {

using xml::Element;

Access access_of(std::string_view kind) {
    if (kind == "read") return Access::read;
    if (kind == "write") return Access::write;
    if (kind == "deny") return Access::deny;
    return Access::none;
}

std::string xpath_of(const Element& right) {
    if (right.has("xpath")) return right.get("xpath");
    const std::string& tag = right.has("object-type") ? right.get("object-type") : right.get("tag");
    const std::string& reference = right.has("reference") ? right.get("reference") : right.get("ref");
    std::string xpath = "//" + (tag.empty() ? std::string{"*"} : tag);
    if (!reference.empty()) xpath += "[@id='" + reference + "']";
    if (right.has("attribute")) xpath += "[@" + right.get("attribute") + "]";
    return xpath;
}

void add_right(const Element& right, std::vector<Permission>& out) {
    const Access kind = access_of(right.name() == "acl_permission" ? right.get("kind") : right.name());
    if (kind != Access::none) out.push_back({kind, xpath_of(right)});
}

void add_role(const Element& acls, const std::string& id, std::vector<Permission>& out) {
    const Element* role = acls.child("acl_role", id);
    if (!role) return;
    for (const Element& right : role->children()) add_right(right, out);
}

bool is_subject(const Element& entry, const AclSubject& subject) {
    const std::string& name = entry.has("name") ? entry.get("name") : entry.id();
    if (entry.name() == "acl_target" || entry.name() == "acl_user") return name == subject.user;
    if (entry.name() != "acl_group") return false;
    return std::find(subject.groups.begin(), subject.groups.end(), name) != subject.groups.end();
}

// deny before write before read at one place.
int strength(Access a) { return a == Access::deny ? 3 : a == Access::write ? 2 : a == Access::read ? 1 : 0; }

}  // namespace

std::vector<Permission> permissions_of(const Element& cib, const AclSubject& subject) {
    std::vector<Permission> permissions;
    const Element* acls = find_section(cib, "acls");
    if (!acls) return permissions;
    for (const Element& entry : acls->children()) {
        if (entry.is_comment() || !is_subject(entry, subject)) continue;
        for (const Element& c : entry.children()) {
            if (c.name() == "role" || c.name() == "role_ref") {
                add_role(*acls, c.id(), permissions);
            } else {
                add_right(c, permissions);
            }
        }
    }
    return permissions;
}

Rights::Rights(const Element& document, const std::vector<Permission>& permissions) {
    for (const Permission& p : permissions) {
        const auto matches = xml::select(document, p.xpath);
        if (!matches) continue;  // an expression that selects nothing gives nothing
        for (const auto& m : *matches) {
            Access& here = places_[m.path];
            if (strength(p.kind) > strength(here)) here = p.kind;
        }
    }
}

Access Rights::at(const xml::Path& path, Access above) const {
    const auto found = places_.find(path);
    return found == places_.end() ? above : found->second;
}

bool acl_applies(const Element& cib, const AclSubject& subject) {
    if (subject.user.empty() || subject.user == "root" || subject.user == "hacluster") return false;
    const Element* crm_config = find_section(cib, "crm_config");
    if (!crm_config) return false;
    for (const Element* set : crm_config->children_named("cluster_property_set")) {
        for (const Element* pair : set->children_named("nvpair")) {
            if (pair->get("name") == "enable-acl") return parse_bool(pair->get("value")).value_or(false);
        }
    }
    return false;
}

bool acl_knows(const Element& cib, const AclSubject& subject) { return !permissions_of(cib, subject).empty(); }

}  // namespace muster::cib
