// crm_standby, crm_master, crm_failcount: node attributes with a meaning of their own.
#include <fmt/format.h>

#include "base/text.h"
#include "tools/classic/attribute.h"
#include "tools/classic/failures.h"
#include "tools/classic/live_attributes.h"
#include "tools/classic/programs.h"
#include "tools/classic/report.h"

namespace muster::classic {
namespace {

std::vector<Option> wrapper_options(std::vector<Option> own) {
    own.insert(own.end(), {{"query", 'G', Takes::nothing, "Show the value"},
                           {"get-value", 0, Takes::nothing, "", "query"},
                           {"delete", 'D', Takes::nothing, "Delete it"},
                           {"delete-attr", 0, Takes::nothing, "", "delete"},
                           {"node", 'N', Takes::value, "The node (default: this one)"},
                           {"uname", 'U', Takes::value, "", "node"},
                           {"quiet", 'q', Takes::nothing, "Print only the value"},
                           {"quiet-classic", 'Q', Takes::nothing, "", "quiet"}});
    return with_common(std::move(own));
}

AttributeRequest request_for(const Options& options, std::string name, std::string lifetime) {
    AttributeRequest r;
    r.wanted.name = std::move(name);
    r.wanted.id = options.get("id");
    if (!r.wanted.id.empty()) r.wanted.name.clear();
    r.node = options.get("node");
    r.for_node = true;
    r.lifetime = std::move(lifetime);
    r.quiet = options.has("quiet");
    r.value = options.get("update");
    if (options.has("update")) r.verb = AttributeVerb::update;
    if (options.has("delete")) r.verb = AttributeVerb::remove;
    return r;
}

// Whether the node has the attribute for ever.
bool permanent(Context& context, const AttributeRequest& request) {
    auto store = open_store(context);
    if (!store) return false;
    auto document = (*store)->read();
    if (!document) return false;
    AttributeRequest forever = request;
    forever.lifetime = "forever";
    const auto scope = scope_of(context, **store, *document, forever);
    return scope && !find_attributes(*document, *scope, request.wanted).empty();
}

}  // namespace

Exit crm_standby(Context& context) {
    static const auto known = wrapper_options({{"update", 'v', Takes::value, "on or off"},
                                               {"attr-value", 0, Takes::value, "", "update"},
                                               {"lifetime", 'l', Takes::value, "reboot or forever"},
                                               {"id", 'i', Takes::value, "Id of the attribute"}});
    Exit status = kOk;
    const auto options = begin(context, "whether a node is in standby", known, status);
    if (!options) return status;
    AttributeRequest r = request_for(*options, "standby", options->get("lifetime"));
    if (!options->has("lifetime")) {
        const bool there = permanent(context, r);
        r.lifetime = r.verb == AttributeVerb::update || there ? "forever" : "reboot";
    }
    if (r.verb == AttributeVerb::query) {
        r.has_default = true;
        r.fallback = "off";
    }
    return run_attribute(context, r, *options);
}

Exit crm_master(Context& context) {
    static const auto known = wrapper_options({{"update", 'v', Takes::value, "The promotion score"},
                                               {"attr-value", 0, Takes::value, "", "update"},
                                               {"lifetime", 'l', Takes::value, "reboot or forever"},
                                               {"resource", 'r', Takes::value, "The resource (default: OCF_RESOURCE_INSTANCE)"},
                                               {"resource-id", 0, Takes::value, "", "resource"},
                                               {"id", 'i', Takes::value, "Id of the attribute"}});
    Exit status = kOk;
    const auto options = begin(context, "a resource's promotion score on a node", known, status);
    if (!options) return status;
    const std::string resource = options->get("resource", context.env("OCF_RESOURCE_INSTANCE"));
    if (resource.empty()) {
        return context.complain(kUsage, "no resource: expected -r RESOURCE, or a call by a resource agent");
    }
    return run_attribute(context, request_for(*options, "master-" + resource, options->get("lifetime", "forever")), *options);
}

Exit crm_failcount(Context& context) {
    static const auto known = wrapper_options({{"resource", 'r', Takes::value, "The resource"},
                                               {"resource-id", 0, Takes::value, "", "resource"},
                                               {"operation", 'n', Takes::value, "Only failures of this operation"},
                                               {"interval", 'I', Takes::value, "Its interval"},
                                               {"update", 'v', Takes::value, "0 deletes; other values are refused"},
                                               {"id", 'i', Takes::value, "Accepted for compatibility"}});
    Exit status = kOk;
    const auto options = begin(context, "how often a resource failed on a node", known, status);
    if (!options) return status;
    FailureRequest r;
    r.resource = options->get("resource");
    r.node = options->get("node");
    r.operation = options->get("operation");
    r.interval = options->get("interval");
    r.quiet = options->has("quiet");
    if (r.resource.empty()) return context.complain(kUsage, "You must supply a resource name (-r)");
    if (options->has("update") && options->get("update") != "0") {
        return context.complain(kUsage, "The only value that a fail count can be set to is 0");
    }
    if (options->has("delete") || options->has("update")) return forget_failures(context, r);
    return show_failures(context, r);
}

}  // namespace muster::classic
