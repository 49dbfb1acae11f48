#include "tools/crm/levels/top.h"

#include <algorithm>

#include "base/text.h"
#include "cib/model/write.h"
#include "cib/schema/schema.h"
#include "tools/crm/check/checks.h"
#include "tools/crm/levels/view.h"
#include "tools/explain/explain.h"
#include "tools/simulate/simulate.h"

namespace muster::crm {

int verify_stored(Context& context, const Args&) {
    auto cib = stored(context);
    if (!cib) return context.fail(cib.error());
    bool errors = false;
    const auto element = cib::to_element(*cib);
    for (const auto& c : cib::validate(element)) {
        context.fail(to_string(c));
        errors = true;
    }
    const auto found = check(cib->configuration, {});
    for (const auto& f : found) {
        if (f.error) context.fail(f.text); else context.warn(f.text);
        errors = errors || f.error;
    }
    // An unknown option is not said twice.
    const auto said = [&](const std::string& text) {
        const auto name = text.substr(0, text.find(": not a property of the cluster"));
        return starts_with(name, "property ") && name.size() < text.size() && std::any_of(found.begin(), found.end(), [&](const auto& f) {
            return f.text.find("'" + name.substr(9) + "' is no option of the cluster") != std::string::npos;
        });
    };
    for (const auto& f : cib::verify(element)) {
        if (said(f.text)) continue;
        const bool error = f.level == cib::Finding::Level::error;
        if (error) context.fail(f.text); else context.warn(f.text);
        errors = errors || error;
    }
    return errors ? kError : kOk;
}

namespace {

std::vector<std::string> words_of(const Context& context, const Args& args) {
    std::vector<std::string> words;
    for (const auto& w : args.words) words.push_back(w.text);
    if (context.options.output == "json") words.push_back("--json");
    return words;
}

SimulateWorld world_of(Context& context) {
    SimulateWorld world;
    world.now = context.now();
    world.running_cluster = [&context] { return stored(context); };
    return world;
}

}  // namespace

int simulate(Context& context, const Args& args) {
    return simulate_main(words_of(context, args), world_of(context), context.out, context.err);
}

int explain(Context& context, const Args& args) {
    return explain_main(words_of(context, args), world_of(context), context.out, context.err);
}

int options_show(Context& context, const Args&) {
    const auto& o = context.options;
    const auto word = [](bool b) { return b ? "true" : "false"; };
    context.out << "core.wait = " << word(o.wait) << "\ncore.debug = " << word(o.debug) << "\ncore.force = " << word(o.force)
                << "\ncolor.style = " << o.display << "\n";
    for (const auto& [name, value] : o.set) context.out << name << " = " << value << "\n";
    return kOk;
}

}  // namespace muster::crm
