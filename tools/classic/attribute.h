// crm_attribute as a function: the wrappers (crm_standby, crm_master, crm_failcount) call it, too.
#pragma once

#include <string>

#include "tools/classic/attribute_scope.h"
#include "tools/classic/context.h"

namespace muster::classic {

enum class AttributeVerb { query, update, remove };

struct AttributeRequest {
    AttributeVerb verb = AttributeVerb::query;
    AttributeWanted wanted;
    std::string value;
    std::string type;         // -t; empty: as the rest says
    std::string node;         // -N; empty: this one
    bool for_node = false;    // -N, -l or -p was given: a node attribute, not an option of the cluster
    std::string lifetime;     // reboot forever
    std::string set;          // -s
    bool has_default = false;
    std::string fallback;     // -d
    bool utilization = false;
    bool quiet = false;
};

// Where the request's attribute stands; an error says what cannot be.
Result<AttributeScope> scope_of(Context& context, Store& store, const xml::Element& cib, const AttributeRequest& request);
Exit run_attribute(Context& context, const AttributeRequest& request, const Options& options);

}  // namespace muster::classic
