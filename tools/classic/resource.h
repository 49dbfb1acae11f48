// crm_resource's parts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/xml/element.h"
#include "tools/classic/context.h"
#include "tools/classic/report.h"
#include "tools/classic/store.h"

namespace muster::classic {

struct ResourceCall {
    Context& context;
    const Options& options;
    Report& report;
    Store& store;
    const xml::Element& cib;
    std::string id;  // --resource

    // The operation did not work: says so, gives the status.
    Exit failed(const Error& error) const;
};

// Any kind of resource of that name ("web:0": its primitive); nullptr: there is none.
const xml::Element* find_resource(const xml::Element& cib, const std::string& id);
// The clone, master, group or bundle around it; nullptr: none.
const xml::Element* parent_of(const xml::Element& cib, const std::string& id);
bool is_resource(const xml::Element& e);
std::string agent_name(const xml::Element& primitive);  // ocf:heartbeat:IPaddr2

struct RunningOn {
    std::string node;
    bool promoted = false;
    std::string instance;  // as the history names it
};
// Where the status says that the resource, or any of its parts, is active.
std::vector<RunningOn> running_on(const xml::Element& cib, const std::string& id);
// The same for what has that name in the history, configured or not (a bundle's parts are not).
std::vector<RunningOn> running_on_exactly(const xml::Element& cib, const std::string& id);

// -g -p -d
Exit get_parameter(const ResourceCall& call, const std::string& name);
Exit set_parameter(const ResourceCall& call, const std::string& name);
Exit delete_parameter(const ResourceCall& call, const std::string& name);
// -M -B -U
Exit move_resource(const ResourceCall& call);
Exit ban_resource(const ResourceCall& call);
Exit clear_constraints(const ResourceCall& call);
// -L -l -O -W -q -a -Y
Exit list_resources(const ResourceCall& call);
Exit list_names(const ResourceCall& call);
Exit list_history(const ResourceCall& call, bool all);
Exit locate_resource(const ResourceCall& call);
Exit show_configuration(const ResourceCall& call, bool raw);
Exit show_constraints(const ResourceCall& call, bool recursive);
Exit show_why(const ResourceCall& call);
// Agents on this machine; need no CIB.
std::optional<Exit> run_agent_query(Context& context, Report& report, const Options& options);

}  // namespace muster::classic
