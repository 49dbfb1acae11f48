// The editing session of the configure level: a working copy of the configuration, and what was changed in it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/xml/element.h"
#include "cib/model/cib.h"

namespace muster::crm {

class Editor {
  public:
    explicit Editor(cib::Cib base) : base_{std::move(base)}, work_{base_.configuration} {}
    const cib::Cib& base() const { return base_; }
    const xml::Element& configuration() const { return work_; }
    bool changed() const { return !(work_ == base_.configuration); }

    // Replaces the working copy by the result of one command; it can be undone.
    void put(xml::Element next);
    bool undo();

    std::set<std::string> touched;  // ids of objects that this session made or changed
    std::set<std::string> forced;   // deleted with --force: may run

  private:
    cib::Cib base_;
    xml::Element work_;
    std::vector<xml::Element> before_;
};

}  // namespace muster::crm
