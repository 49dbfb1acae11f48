// cib new, use, list, diff, commit, delete, reset, import: shadow copies.
#include <dirent.h>
#include <unistd.h>

#include <algorithm>

#include "base/os/files.h"
#include "base/text.h"
#include "cib/model/read.h"
#include "cib/model/write.h"
#include "tools/crm/configure/editor.h"
#include "tools/crm/lang/objects.h"
#include "tools/crm/lang/print.h"
#include "tools/crm/levels/change.h"
#include "tools/crm/levels/node.h"
#include "tools/crm/levels/view.h"

namespace muster::crm {
namespace {

bool plain(const std::string& name) { return !name.empty() && name.find('/') == std::string::npos && name[0] != '.'; }

bool exists(const std::string& name) { return access(shadow_path(name).c_str(), F_OK) == 0; }

// The store that the session began with, whatever `cib use` said since.
Result<cib::Cib> live_document(Context& context) {
    const std::string before = context.options.cib;
    context.options.cib.clear();
    context.use(nullptr);
    auto cib = stored(context);
    context.options.cib = before;
    context.use(nullptr);
    return cib;
}

int write_shadow(Context& context, const std::string& name, const cib::Cib& cib) {
    if (auto made = os::make_directories(shadow_folder(), 0750); !made) return context.fail(made.error());
    if (auto done = os::write_file_atomic(shadow_path(name), cib::write(cib), 0640); !done) return context.fail(done.error());
    return kOk;
}

}  // namespace

int shadow_new(Context& context, const Args& given) {
    Args args = given;
    const bool force = args.take("force") || args.take("--force") || context.options.force;
    const bool empty = args.take("empty");
    args.take("withstatus");
    if (args.size() != 1 || !plain(args[0])) return context.usage(args, "new: one name, without a slash");
    if (exists(args[0]) && !force) return context.fail("there is a shadow copy '" + args[0] + "' already (force replaces it)");
    auto cib = empty ? Result<cib::Cib>{cib::empty_cib()} : live_document(context);
    if (!cib) return context.fail(cib.error());
    if (const int status = write_shadow(context, args[0], *cib); status != kOk) return status;
    context.options.cib = args[0];
    context.use(nullptr);
    context.editor.reset();
    context.info("shadow copy " + args[0] + " made; commands work on it now (cib use goes back)");
    return kOk;
}

int shadow_use(Context& context, const Args& args) {
    const std::string name = args.empty() ? "" : args[0];
    if (name == "live" || name.empty()) {
        context.options.cib.clear();
    } else if (!plain(name) || !exists(name)) {
        return context.fail("there is no shadow copy '" + name + "'");
    } else {
        context.options.cib = name;
    }
    context.use(nullptr);
    context.editor.reset();
    return kOk;
}

int shadow_list(Context& context, const Args&) {
    std::vector<std::string> names;
    if (DIR* dir = opendir(shadow_folder().c_str())) {
        while (const dirent* entry = readdir(dir)) {
            const std::string name = entry->d_name;
            if (starts_with(name, "shadow.")) names.push_back(name.substr(7));
        }
        closedir(dir);
    }
    std::sort(names.begin(), names.end());
    for (const auto& n : names) context.out << n << "\n";
    return kOk;
}

int shadow_delete(Context& context, const Args& args) {
    if (!plain(args[0]) || !exists(args[0])) return context.fail("there is no shadow copy '" + args[0] + "'");
    if (context.options.cib == args[0]) return context.fail("'" + args[0] + "' is in use (cib use goes back)");
    if (unlink(shadow_path(args[0]).c_str()) != 0) return context.fail("'" + args[0] + "' can not be deleted");
    return kOk;
}

namespace {

Result<std::string> in_use(Context& context, const Args& args) {
    const std::string name = args.empty() ? context.options.cib : args[0];
    if (!plain(name) || !exists(name)) return fail(ErrorCode::not_found, "there is no shadow copy '" + name + "'");
    return name;
}

}  // namespace

int shadow_diff(Context& context, const Args& args) {
    auto name = in_use(context, args);
    if (!name) return context.fail(name.error());
    auto live = live_document(context);
    if (!live) return context.fail(live.error());
    auto shadow = file_store(shadow_path(*name), *name)->load();
    if (!shadow) return context.fail(shadow.error());
    const auto lines = [](const cib::Cib& cib) {
        PrintOptions options;
        options.exact = true;
        const std::string text = print_all(cib.configuration, options);
        std::vector<std::string> out;
        for (auto l : split(text, '\n')) out.emplace_back(l);
        return out;
    };
    const auto before = lines(*live);
    const auto after = lines(*shadow);
    const auto has = [](const std::vector<std::string>& all, const std::string& l) { return std::find(all.begin(), all.end(), l) != all.end(); };
    for (const auto& l : before) {
        if (!has(after, l)) context.out << "- " << l << "\n";
    }
    for (const auto& l : after) {
        if (!has(before, l)) context.out << "+ " << l << "\n";
    }
    return kOk;
}

int shadow_commit(Context& context, const Args& args) {
    auto name = in_use(context, args);
    if (!name) return context.fail(name.error());
    auto shadow = file_store(shadow_path(*name), *name)->load();
    if (!shadow) return context.fail(shadow.error());
    context.options.cib.clear();
    context.use(nullptr);
    return change_cib(context, {"cib commit " + *name, {}}, [&](cib::Cib& cib) -> Result<void> {
        cib.configuration = shadow->configuration;
        return {};
    });
}

int shadow_reset(Context& context, const Args& args) {
    auto name = in_use(context, args);
    if (!name) return context.fail(name.error());
    auto live = live_document(context);
    if (!live) return context.fail(live.error());
    return write_shadow(context, *name, *live);
}

int shadow_import(Context& context, const Args& args) {
    auto bytes = os::read_file(args[0]);
    if (!bytes) return context.fail(bytes.error());
    auto cib = cib::read(*bytes);
    if (!cib) return context.fail(args[0] + ": " + cib.error().message);
    std::string name = args.size() > 1 ? args[1] : args[0].substr(args[0].rfind('/') + 1);
    if (ends_with(name, ".xml")) name.resize(name.size() - 4);
    if (!plain(name)) return context.fail("'" + name + "' can not be the name of a shadow copy");
    if (const int status = write_shadow(context, name, *cib); status != kOk) return status;
    context.options.cib = name;
    context.use(nullptr);
    return kOk;
}

}  // namespace muster::crm
