// Name-value sets: what a resource's meta attributes, parameters, a cluster's properties come to once their rules are
// evaluated (spec: Pacemaker Explained, "Nvpair sets").  Sets by score, highest first, then in the order of the document,
// cib-bootstrap-options before all; a set whose rule is false is left out; the first value of a name counts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/xml/element.h"
#include "cib/rules/context.h"
#include "cib/rules/id_index.h"

namespace muster::cib {

// Everything points into the document, which must outlive it.
struct NameValue {
    std::string_view name;
    std::string_view value;
    const xml::Element* set = nullptr;
    const xml::Element* pair = nullptr;
};

// Sorted by name, each name once.
class NameValues {
  public:
    const NameValue* find(std::string_view name) const;
    bool has(std::string_view name) const { return find(name) != nullptr; }
    std::string_view get(std::string_view name, std::string_view otherwise = {}) const;
    // Takes what is not there yet: inner level first, then the defaults.
    void add_missing(const NameValues& outer);
    void add_missing(NameValue one);
    void set(NameValue one);  // replaces
    void erase(std::string_view name);

    const std::vector<NameValue>& all() const { return all_; }
    auto begin() const { return all_.begin(); }
    auto end() const { return all_.end(); }
    bool empty() const { return all_.empty(); }

  private:
    std::vector<NameValue> all_;
};

// The sets named `set_name` ("meta_attributes", "instance_attributes", "utilization", "cluster_property_set") directly
// below owner.
NameValues resolve(const xml::Element& owner, std::string_view set_name, const EvalContext& context,
                   const IdIndex& index);
// These sets, together.
NameValues resolve(const std::vector<const xml::Element*>& sets, const EvalContext& context, const IdIndex& index);

}  // namespace muster::cib
