#include <fmt/format.h>

#include "base/os/files.h"
#include "base/xml/parse.h"
#include "base/xml/write.h"
#include "cib/change/acl.h"
#include "cib/schema/schema.h"
#include "tools/classic/store.h"

namespace muster::classic {
namespace {

class FileStore final : public Store {
  public:
    FileStore(std::string path, Context& context)
        : path_{std::move(path)}, context_{context}, subject_{context.env("CIB_user"), {}} {}

    bool live() const override { return false; }

    Result<xml::Element> read() override {
        auto document = load();
        if (!document) return document;
        auto seen = cib::acl_filter(*document, subject_);
        if (!seen) return fail(ErrorCode::permission, "nothing in the CIB may be read by user " + subject_.user);
        return std::move(*seen);
    }

    Result<cib::Outcome> apply(const cib::Operation& operation) override {
        complaints_.clear();
        auto document = load();
        if (!document) return tl::make_unexpected(document.error());
        if (operation.verb == cib::Verb::query) {
            auto seen = read();
            if (!seen) return tl::make_unexpected(seen.error());
            return cib::apply(*seen, operation);
        }
        auto outcome = cib::apply(*document, operation);
        if (!outcome || !outcome->changed) return outcome;
        if (auto kept = keep(*document, outcome->document); !kept) return tl::make_unexpected(kept.error());
        return outcome;
    }

    Result<void> save(const xml::Element& next) override {
        complaints_.clear();
        auto document = load();
        if (!document) return tl::make_unexpected(document.error());
        return keep(*document, next);
    }

  private:
    Result<xml::Element> load() {
        auto bytes = path_ == "-" ? context_.read_stdin() : os::read_file(path_);
        if (!bytes) return tl::make_unexpected(Error{ErrorCode::io, bytes.error().message});
        auto document = xml::parse(*bytes);
        if (!document) return fail(fmt::format("{}: {}", path_, document.error().message));
        if (document->name() != "cib") {
            return fail(fmt::format("{}: expected <cib>, found <{}>", path_, document->name()));
        }
        return document;
    }

    Result<void> keep(const xml::Element& before, const xml::Element& after) {
        if (auto allowed = cib::acl_check_change(before, after, subject_); !allowed) return allowed;
        complaints_ = cib::validate(after);
        if (!complaints_.empty()) return fail(cib::to_string(complaints_.front()));
        if (path_ == "-") return fail(ErrorCode::unsupported, "a CIB from standard input cannot be changed");
        return os::write_file_atomic(path_, xml::write_pretty(after), 0600);
    }

    std::string path_;
    Context& context_;
    cib::AclSubject subject_;
};

}  // namespace

std::unique_ptr<Store> file_store(std::string path, Context& context) {
    return std::make_unique<FileStore>(std::move(path), context);
}

std::string shadow_path(const Context& context, const std::string& name) {
    std::string folder = context.env("CIB_shadow_dir");
    if (folder.empty()) {
        const std::string home = context.env("HOME", "/root");
        const std::string user = context.env("USER");
        folder = user == "root" || user.empty() ? "/var/lib/muster/shadow" : home + "/.cib";
    }
    return folder + "/shadow." + name;
}

Result<std::unique_ptr<Store>> open_store(Context& context) {
    if (const auto path = context.env("CIB_file"); !path.empty()) return file_store(path, context);
    if (const auto name = context.env("CIB_shadow"); !name.empty()) return file_store(shadow_path(context, name), context);
    return live_store(context);
}

}  // namespace muster::classic
