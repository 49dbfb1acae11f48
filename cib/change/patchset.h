// Pacemaker's patchset format 2 (the XML that crm_diff prints and cibadmin --patch takes): a border format, for tools of
// others.  Our own replicas use cib/change/patch.h.
#pragma once

#include "base/result.h"
#include "base/xml/element.h"

namespace muster::cib {

// <diff format="2"> with delete, modify, create and move; without changes it has no children but the version.
// with_version: tell the versions of both (a patch without them fits any document).
xml::Element make_patchset(const xml::Element& from, const xml::Element& to, bool with_version);
bool has_changes(const xml::Element& patchset);

// ErrorCode::old when the patch was made from another version; invalid when it does not fit.
Result<xml::Element> apply_patchset(const xml::Element& document, const xml::Element& patchset);

}  // namespace muster::cib
