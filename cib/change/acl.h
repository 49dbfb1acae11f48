// Access control lists (Pacemaker Explained, "ACLs"): who may read and write what in the CIB.
//
// A permission holds for an element and all below it; the nearest one counts, and of several at one element deny before
// write before read.  What no permission covers is denied.  root and hacluster may do everything, and so may everybody
// while enable-acl is off.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/xml/element.h"
#include "base/xml/xpath.h"

namespace muster::cib {

struct AclSubject {
    std::string user;
    std::vector<std::string> groups;
};

// Whether any list applies to that user.
bool acl_applies(const xml::Element& cib, const AclSubject& subject);

// The document as the user may see it: unreadable elements are gone, or bare where something readable is below them.
// nullopt: nothing may be seen.
std::optional<xml::Element> acl_filter(const xml::Element& cib, const AclSubject& subject);

// ErrorCode::permission names the first place that the change may not touch.  Rights are those of `before`.
Result<void> acl_check_change(const xml::Element& before, const xml::Element& after, const AclSubject& subject);

// Whether the document knows any right of the user at all.
bool acl_knows(const xml::Element& cib, const AclSubject& subject);

}  // namespace muster::cib
