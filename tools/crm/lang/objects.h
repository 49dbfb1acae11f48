// The configuration seen as crm's objects: each is one statement of the language.
#pragma once

#include <string>
#include <vector>

#include "base/xml/element.h"

namespace muster::crm {

struct Object {
    std::string keyword;  // "primitive"; empty: an element that the language has no word for
    std::string id;       // a node's name; "fencing_topology"
    const xml::Element* element = nullptr;
    const xml::Element* parent = nullptr;  // the container of a nested resource
};

// In document order, containers before their members.
std::vector<Object> objects(const xml::Element& configuration);
// In the order of a listing: by kind, then by id.  Sets of defaults keep their order: it decides between them.
std::vector<Object> listed(const xml::Element& configuration, bool keep_defaults_order);
// By id (a node's name also); element is nullptr if there is none.
Object find_object(const xml::Element& configuration, std::string_view id);

bool is_resource_name(const std::string& element_name);  // primitive, group, clone, master, bundle
std::string keyword_of_element(const xml::Element& element, std::string_view section);

}  // namespace muster::crm
