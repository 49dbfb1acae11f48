// Where a configuration lives: a file, a shadow copy, or the running cluster.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "cib/model/cib.h"

namespace muster::client {
class Crmd;
}

namespace muster::crm {

class CibStore {
  public:
    virtual ~CibStore() = default;
    virtual Result<cib::Cib> load() = 0;
    // The same for who is going to change it: a cluster that is only just beginning has a moment to get there.
    virtual Result<cib::Cib> load_to_change() { return load(); }
    // Stores the configuration of `next` if what is stored still has version `base` (else ErrorCode::old).
    // `message` says what was done, for the history.
    virtual Result<void> commit(const cib::Cib& next, const cib::Version& base, const std::string& message) = 0;
    virtual std::string name() const = 0;  // for the prompt: "live", the shadow's name, the file's path
    virtual bool live() const { return false; }
    virtual client::Crmd* crmd() { return nullptr; }  // for what only the running cluster can do
};

// A CIB file; the version's epoch goes up by one at each commit.
std::unique_ptr<CibStore> file_store(std::string path, std::string name);

// The running cluster, through this node's crmd.  `tell`: what is waited for, should it take long.
Result<std::unique_ptr<CibStore>> live_store(std::function<void(const std::string&)> tell);

// The folder of shadow copies: $CIB_shadow_dir, else ~/.cib (root: /var/lib/muster/cib).
std::string shadow_folder();
std::string shadow_path(const std::string& name);

}  // namespace muster::crm
