// Where a classic tool's CIB is: a file (CIB_file, or a shadow copy), or the running cluster.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/xml/element.h"
#include "cib/change/operation.h"
#include "cib/change/references.h"
#include "tools/classic/context.h"

namespace muster::classic {

class Store {
  public:
    virtual ~Store() = default;
    virtual bool live() const = 0;
    // The document as the user may see it.
    virtual Result<xml::Element> read() = 0;
    // Carried out, checked against rights and schema, kept.  The result of queries is in the outcome.
    virtual Result<cib::Outcome> apply(const cib::Operation& operation) = 0;
    // A whole new document in place of the one that read() gave (patches, upgrades).
    virtual Result<void> save(const xml::Element& document) = 0;
    // What the schema had against the last change.
    const std::vector<cib::Complaint>& complaints() const { return complaints_; }

  protected:
    std::vector<cib::Complaint> complaints_;
};

// CIB_file and CIB_shadow (in CIB_shadow_dir) mean a file; else the cluster.
Result<std::unique_ptr<Store>> open_store(Context& context);
std::unique_ptr<Store> file_store(std::string path, Context& context);
Result<std::unique_ptr<Store>> live_store(Context& context);

// Where the active shadow copy, or one of that name, is.
std::string shadow_path(const Context& context, const std::string& name);

}  // namespace muster::classic
