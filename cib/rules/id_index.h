// Elements of a configuration by id: built once a plan, used for id-ref.  The configuration must outlive it.
#pragma once

#include <string_view>
#include <unordered_map>

#include "base/xml/element.h"

namespace muster::cib {

class IdIndex {
  public:
    IdIndex() = default;
    explicit IdIndex(const xml::Element& configuration);
    const xml::Element* find(std::string_view id) const;  // nullptr: there is none
    // The element itself, or what its id-ref names (the same kind of element); nullptr: the reference leads nowhere.
    const xml::Element* resolve(const xml::Element& element) const;

  private:
    void add(const xml::Element& element);
    std::unordered_map<std::string_view, const xml::Element*> by_id_;  // looked up only, never walked
};

}  // namespace muster::cib
