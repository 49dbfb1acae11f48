// crm_shadow: copies of the configuration to try changes on.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "base/os/files.h"
#include "base/xml/parse.h"
#include "base/xml/write.h"
#include "cib/change/patchset.h"
#include "cib/model/cib.h"
#include "cib/model/write.h"
#include "tools/classic/programs.h"
#include "tools/classic/store.h"

namespace muster::classic {
namespace {

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"which", 'w', Takes::nothing, "Name of the active shadow copy"},
        {"display", 'p', Takes::nothing, "Show the active shadow copy"},
        {"diff", 'd', Takes::nothing, "Show what the active shadow copy changes"},
        {"file", 'F', Takes::nothing, "Where the active shadow copy is"},
        {"create", 'c', Takes::value, "Copy the active configuration under this name"},
        {"create-empty", 'e', Takes::value, "Make an empty copy of this name"},
        {"commit", 'C', Takes::value, "Make this copy the cluster's configuration"},
        {"delete", 'D', Takes::value, "Delete this copy"},
        {"reset", 'r', Takes::value, "Copy the active configuration again"},
        {"switch", 's', Takes::value, "Say how to use this copy"},
        {"force", 'f', Takes::nothing, "Do it although it may hurt"},
        {"batch", 'b', Takes::nothing, "Do not start a shell (never done)"},
        {"all", 'a', Takes::nothing, "With --commit: the status, too (not supported)"},
        {"validate-with", 'v', Takes::value, "With --create-empty: of this schema"},
    });
    return all;
}

Exit failed(Context& context, const Error& error) {
    return context.complain(exit_of(error), error.message);
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// What the shadow is a copy of: the cluster, or the file that CIB_file names.
Result<std::unique_ptr<Store>> original(Context& context) {
    Context without = context;
    without.environment.erase("CIB_shadow");
    if (const auto path = without.env("CIB_file"); !path.empty()) return file_store(path, context);
    return live_store(context);
}

Exit keep(Context& context, const std::string& name, const xml::Element& document) {
    const std::string path = shadow_path(context, name);
    if (auto folder = os::make_directories(path.substr(0, path.rfind('/')), 0700); !folder) return failed(context, folder.error());
    if (auto kept = os::write_file_atomic(path, xml::write_pretty(document), 0600); !kept) return failed(context, kept.error());
    context.out += fmt::format("A new shadow instance was created.  To begin using it enter the following into your shell:\n"
                               "\texport CIB_shadow={}\n", name);
    return kOk;
}

Exit create(Context& context, const std::string& name, bool force, bool must_exist) {
    const bool there = exists(shadow_path(context, name));
    if (there && !force && !must_exist) {
        return context.complain(kCannotCreate, fmt::format("A shadow instance '{}' already exists. To prevent accidental destruction "
                                                           "of the shadow file, the --force flag is required in order to proceed.", name));
    }
    if (!there && must_exist) return context.complain(kNoSuch, fmt::format("there is no shadow copy {}", name));
    auto store = original(context);
    if (!store) return failed(context, store.error());
    auto document = (*store)->read();
    if (!document) return failed(context, document.error());
    return keep(context, name, *document);
}

Exit create_empty(Context& context, const Options& options, const std::string& name) {
    if (exists(shadow_path(context, name)) && !options.has("force")) {
        return context.complain(kCannotCreate, fmt::format("A shadow instance '{}' already exists", name));
    }
    auto document = cib::to_element(cib::empty_cib());
    if (options.has("validate-with")) document.set("validate-with", options.get("validate-with"));
    return keep(context, name, document);
}

Exit commit(Context& context, const std::string& name, bool force) {
    if (!force) return context.complain(kUsage, "The supplied command is considered dangerous: --force is needed to replace the configuration");
    auto copy = file_store(shadow_path(context, name), context)->read();
    if (!copy) return failed(context, copy.error());
    auto store = original(context);
    if (!store) return failed(context, store.error());
    cib::Operation op;
    op.verb = cib::Verb::replace;
    op.section = "configuration";
    const auto* configuration = copy->child("configuration");
    if (!configuration) return context.complain(kData, "the shadow copy has no configuration");
    op.input = *configuration;
    if (auto done = (*store)->apply(op); !done) return failed(context, done.error());
    return kOk;
}

Exit show_difference(Context& context, const std::string& name) {
    auto copy = file_store(shadow_path(context, name), context)->read();
    if (!copy) return failed(context, copy.error());
    auto store = original(context);
    if (!store) return failed(context, store.error());
    auto document = (*store)->read();
    if (!document) return failed(context, document.error());
    const auto patch = cib::make_patchset(*document, *copy, true);
    if (!cib::has_changes(patch)) return kOk;
    context.out += xml::write_pretty(patch);
    return kError;
}

}  // namespace

Exit crm_shadow(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "try changes of the configuration on a copy", known_options(), status);
    if (!options) return status;
    const bool force = options->has("force");
    if (options->has("create")) return create(context, options->get("create"), force, false);
    if (options->has("reset")) return create(context, options->get("reset"), force, true);
    if (options->has("create-empty")) return create_empty(context, *options, options->get("create-empty"));
    if (options->has("commit")) return commit(context, options->get("commit"), force);
    if (options->has("delete")) {
        if (!force) return context.complain(kUsage, "The supplied command is considered dangerous: --force is needed to delete a copy");
        if (std::remove(shadow_path(context, options->get("delete")).c_str()) == 0) return kOk;
        return context.complain(kNoSuch, fmt::format("there is no shadow copy {}", options->get("delete")));
    }
    if (options->has("switch")) {
        context.out += fmt::format("To switch to the named shadow instance, enter the following into your shell:\n\texport CIB_shadow={}\n",
                                   options->get("switch"));
        return kOk;
    }
    const std::string active = context.env("CIB_shadow");
    if (active.empty()) return context.complain(kNoSuch, "No active shadow configuration defined");
    if (options->has("which")) {
        context.out += active + "\n";
    } else if (options->has("file")) {
        context.out += shadow_path(context, active) + "\n";
    } else if (options->has("display")) {
        auto document = file_store(shadow_path(context, active), context)->read();
        if (!document) return failed(context, document.error());
        context.out += xml::write_pretty(*document);
    } else if (options->has("diff")) {
        return show_difference(context, active);
    } else {
        return context.complain(kUsage, "A query or command is required");
    }
    return kOk;
}

}  // namespace muster::classic
