#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "base/os/files.h"
#include "cib/model/read.h"
#include "cib/model/write.h"
#include "tools/crm/store/store.h"

namespace muster::crm {
namespace {

class FileStore : public CibStore {
  public:
    FileStore(std::string path, std::string name) : path_{std::move(path)}, name_{std::move(name)} {}

    Result<cib::Cib> load() override {
        auto bytes = os::read_file(path_);
        if (!bytes) return tl::make_unexpected(bytes.error());
        auto cib = cib::read(*bytes);
        if (!cib) return fail(cib.error().code, path_ + ": " + cib.error().message);
        return cib;
    }

    Result<void> commit(const cib::Cib& next, const cib::Version& base, const std::string&) override {
        auto stored = load();
        if (!stored) return tl::make_unexpected(stored.error());
        if (stored->version() != base) {
            return fail(ErrorCode::old, path_ + " has changed meanwhile: version " + to_string(stored->version()) +
                                            ", the session began with " + to_string(base));
        }
        cib::Cib out = next;
        cib::Version version = base;
        ++version.epoch;
        version.num_updates = 0;
        out.set_version(version);
        return os::write_file_atomic(path_, cib::write(out), 0640);
    }

    std::string name() const override { return name_; }

  private:
    std::string path_;
    std::string name_;
};

}  // namespace

std::unique_ptr<CibStore> file_store(std::string path, std::string name) {
    return std::make_unique<FileStore>(std::move(path), std::move(name));
}

std::string shadow_folder() {
    if (const char* folder = std::getenv("CIB_shadow_dir"); folder != nullptr && *folder != '\0') return folder;
    const char* home = std::getenv("HOME");
    if (geteuid() == 0 || home == nullptr) return "/var/lib/muster/cib";
    return std::string{home} + "/.cib";
}

std::string shadow_path(const std::string& name) { return shadow_folder() + "/shadow." + name; }

}  // namespace muster::crm
