// Schema 1.x had users with rights of their own; since 2.0 rights stand in roles.
#include <fmt/format.h>

#include "cib/schema/upgrade_steps.h"

namespace muster::cib {
namespace {

using xml::Element;

bool is_old_right(const Element& e) { return e.name() == "read" || e.name() == "write" || e.name() == "deny"; }

Element to_permission(const Element& right) {
    Element permission{"acl_permission"};
    permission.set("id", right.id());
    permission.set("kind", right.name());
    if (right.has("xpath")) permission.set("xpath", right.get("xpath"));
    if (right.has("ref")) permission.set("reference", right.get("ref"));
    if (right.has("tag") && !right.has("ref")) permission.set("object-type", right.get("tag"));
    if (right.has("attribute")) permission.set("attribute", right.get("attribute"));
    return permission;
}

// A user becomes a target; rights that were the user's own go into a role of its own.
void upgrade_user(const Element& user, std::vector<Element>& out) {
    Element target{"acl_target"};
    target.set("id", user.id());
    Element role{"acl_role"};
    role.set("id", "auto-" + user.id());
    for (const Element& c : user.children()) {
        if (c.name() == "role_ref") target.add(Element{"role", {{"id", c.id()}}});
        if (is_old_right(c)) role.add(to_permission(c));
    }
    const bool own = !role.children().empty();
    if (own) target.add(Element{"role", {{"id", role.id()}}});
    out.push_back(std::move(target));
    if (own) out.push_back(std::move(role));
}

}  // namespace

void upgrade_acls(Element& configuration, Changes& changes) {
    Element* acls = configuration.edit_child("acls");
    if (!acls) return;
    std::vector<Element> out;
    for (Element& entry : acls->edit_children()) {
        if (entry.name() == "acl_user") {
            upgrade_user(entry, out);
            changes.push_back(fmt::format("acl_user {} becomes an acl_target with roles", entry.id()));
            continue;
        }
        if (entry.name() == "acl_role") {
            bool changed = false;
            for (Element& right : entry.edit_children()) {
                if (!is_old_right(right)) continue;
                right = to_permission(right);
                changed = true;
            }
            if (changed) changes.push_back(fmt::format("acl_role {}: its rights become acl_permission", entry.id()));
        }
        out.push_back(entry);
    }
    acls->edit_children() = std::move(out);
}

}  // namespace muster::cib
