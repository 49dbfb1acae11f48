// Makes resources out of their elements.  Used by unpack_resources.cpp (plain ones), unpack_bundle.cpp (bundles and
// guests) and history_owner.cpp (instances and resources that only the history knows).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy-engine/model.h"

namespace muster::policy {

class BundleElements;

class Definer {
  public:
    explicit Definer(Model& m);
    void element(const xml::Element& e);
    RscIx primitive(const xml::Element& e, RscIx parent, const std::string& suffix);
    RscIx group(const xml::Element& e, RscIx parent, const std::string& suffix);
    RscIx clone(const xml::Element& e);
    RscIx clone_instance(RscIx clone);  // one more, numbered after the last
    RscIx bundle(const xml::Element& e);
    void add_guests();                  // connections of guest nodes
    void finish(RscIx ix);              // meta attributes into fields
    void clone_modes(RscIx ix, bool promotable_element);

  private:
    BundleReplica replica(RscIx bundle, int i, const BundleElements& elements, const BundleInfo& info);
    RscIx implicit(std::unique_ptr<xml::Element> e, RscIx parent);
    Model& m_;
    std::map<std::string, std::shared_ptr<Definition>> defs_;
    std::vector<std::pair<RscIx, std::string>> guests_;
};

}  // namespace muster::policy
