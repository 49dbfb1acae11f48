#include "base/text.h"
#include "tools/explain/explain.h"
#include "tools/simulate/load.h"

namespace muster::crm {
namespace {

constexpr const char* kUsage =
    "usage: crm explain [--in CIB.xml] [--at TIME] [-o json] RESOURCE [NODE]\n"
    "       crm explain [--in CIB.xml] [--at TIME] [-o json] --action RESOURCE_TASK_INTERVALMS[@NODE]\n\n"
    "Why a resource is where it is, or an action is planned: the planner's own record.\n";

struct Request {
    std::string in, at, action;
    std::vector<std::string> names;
    bool json = false, help = false;
};

Result<Request> parse(const std::vector<std::string>& words) {
    Request r;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& w = words[i];
        std::string* value = w == "--in" ? &r.in : w == "--at" ? &r.at : w == "--action" ? &r.action : nullptr;
        if (w == "--help" || w == "-h") {
            r.help = true;
        } else if (w == "--json") {
            r.json = true;
        } else if (value != nullptr || w == "-o") {
            if (++i == words.size()) return fail(w + " needs a value; see crm explain --help");
            if (value != nullptr) *value = words[i];
            else if (words[i] == "json" || words[i] == "text") r.json = words[i] == "json";
            else return fail("-o \"" + words[i] + "\": expected text or json");
        } else if (starts_with(w, "-")) {
            return fail("unknown option \"" + w + "\"; see crm explain --help");
        } else {
            r.names.push_back(w);
        }
    }
    const bool one = r.action.empty() ? !r.names.empty() && r.names.size() <= 2 : r.names.empty();
    if (!r.help && !one) return fail("expected RESOURCE [NODE] or --action ACTION; see crm explain --help");
    return r;
}

Result<std::string> run(const Request& r, const SimulateWorld& world) {
    const auto cib = simulate::load_cib(r.in, world);
    if (!cib) return tl::make_unexpected(cib.error());
    const auto now = simulate::moment(r.at, *cib, world.now);
    if (!now) return tl::make_unexpected(now.error());
    policy::PlanOptions options;
    options.keep_scores = true;
    const policy::Plan plan = policy::plan(*cib, *now, options);
    if (!r.action.empty()) {
        const auto all = explain_action(plan, r.action);
        if (!all) return tl::make_unexpected(all.error());
        if (r.json) return json(*all);
        std::string out;
        for (const auto& e : *all) out += text(e);
        return out;
    }
    const auto e = explain_resource(plan, policy::cluster_view(*cib, *now), r.names[0], r.names.size() > 1 ? r.names[1] : "");
    if (!e) return tl::make_unexpected(e.error());
    return r.json ? json(*e) : text(*e);
}

}  // namespace

int explain_main(const std::vector<std::string>& arguments, const SimulateWorld& world, std::ostream& out,
                 std::ostream& err) {
    const auto request = parse(arguments);
    if (!request) {
        err << "error: " << request.error().message << "\n";
        return 2;
    }
    if (request->help) {
        out << kUsage;
        return 0;
    }
    const auto done = run(*request, world);
    if (!done) {
        err << "error: " << done.error().message << "\n";
        return 1;
    }
    out << *done;
    return 0;
}

}  // namespace muster::crm
