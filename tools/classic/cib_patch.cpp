#include <fmt/format.h>

#include "cib/change/patchset.h"
#include "tools/classic/cib_upgrade.h"

namespace muster::classic {

Exit patch_cib(Context& context, Store& store, const std::optional<xml::Element>& patch) {
    const auto failed = [&](const Error& error) {
        for (const auto& c : store.complaints()) context.err += cib::to_string(c) + "\n";
        context.err += fmt::format("Call failed: {}\n({})\n", classic_words(error), error.message);
        return exit_of(error);
    };
    if (!patch) return failed({ErrorCode::invalid, "a patch is needed: -x FILE, -X XML or -p"});
    auto document = store.read();
    if (!document) return failed(document.error());
    auto next = cib::apply_patchset(*document, *patch);
    if (!next) return failed(next.error());
    // A patch without versions is a change like any other.
    if (cib::version_of(*next) == cib::version_of(*document)) cib::bump_version(*next, cib::compare(*document, *next));
    if (auto saved = store.save(*next); !saved) return failed(saved.error());
    return kOk;
}

}  // namespace muster::classic
