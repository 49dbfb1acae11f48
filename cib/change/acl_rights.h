// The rights of one user, as places in one document.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cib/change/acl.h"

namespace muster::cib {

enum class Access { none, read, write, deny };

struct Permission {
    Access kind = Access::none;
    std::string xpath;
};

// The permissions of the user's and the groups' roles, older forms (acl_user, read, write, deny) included.
std::vector<Permission> permissions_of(const xml::Element& cib, const AclSubject& subject);

// Where they lead to in a document.
class Rights {
  public:
    Rights(const xml::Element& document, const std::vector<Permission>& permissions);
    // What holds at a place, given what holds above it.
    Access at(const xml::Path& path, Access above) const;

  private:
    std::map<xml::Path, Access> places_;
};

}  // namespace muster::cib
