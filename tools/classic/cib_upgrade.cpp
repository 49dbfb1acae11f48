#include "tools/classic/cib_upgrade.h"

#include <fmt/format.h>

#include "cib/schema/schema.h"

namespace muster::classic {
namespace {

Exit failed(Context& context, const Error& error) {
    context.err += fmt::format("Call failed: {}\n({})\n", classic_words(error), error.message);
    return exit_of(error);
}

}  // namespace

Exit upgrade_cib(Context& context, Store& store, bool verbose) {
    auto document = store.read();
    if (!document) return failed(context, document.error());
    auto upgraded = cib::upgrade(*document);
    if (!upgraded) return failed(context, upgraded.error());
    if (upgraded->changes.empty()) {
        context.err += "Upgrade unnecessary: Schema is already the latest available\n";
        return kOk;
    }
    if (verbose) {
        for (const auto& change : upgraded->changes) context.err += change + "\n";
    }
    // An upgraded document is above every version of the one that it came from.
    const cib::Version was = cib::version_of(*document);
    upgraded->document.set("admin_epoch", std::to_string(was.admin_epoch + 1));
    upgraded->document.set("epoch", "2");
    upgraded->document.set("num_updates", "0");
    if (auto saved = store.save(upgraded->document); !saved) return failed(context, saved.error());
    return kOk;
}

}  // namespace muster::classic
