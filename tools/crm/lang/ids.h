// Ids for the parts that nobody named: RSC-instance_attributes, RSC-instance_attributes-NAME, RSC-OP-INTERVAL,
// CONSTRAINT-rule, ...-rule-expression; then -0, -1 where one is taken.  The same ids as crmsh gives.
#pragma once

#include <set>
#include <string>

#include "base/xml/element.h"

namespace muster::crm {

using Ids = std::set<std::string, std::less<>>;

// All ids of the one id space that the configuration shares (references and node ids are not in it).
void collect_ids(const xml::Element& element, Ids& out);
void drop_ids(const xml::Element& element, Ids& ids);

// Gives ids to everything below `object`; `taken` grows by them.
void give_ids(xml::Element& object, Ids& taken);
// A free id that begins with `base`.
std::string new_id(std::string base, Ids& taken);
// `id` is what give_ids() would have given for this base: "base" or "base-N".
bool generated_from(std::string_view id, std::string_view base);
// The id that the parts of this object's ids begin with (a node's name).
std::string id_stem(const xml::Element& object);

}  // namespace muster::crm
