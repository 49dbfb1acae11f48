// Actions of the resource level.
#pragma once

#include "cib/model/cib.h"
#include "tools/crm/shell/context.h"

namespace muster::crm {

// A resource of the configuration, to be changed; the error names the id.
Result<xml::Element*> find_resource(cib::Cib& cib, const std::string& id);

int resource_start(Context& context, const Args& args);
int resource_stop(Context& context, const Args& args);
int resource_restart(Context& context, const Args& args);
int resource_promote(Context& context, const Args& args);
int resource_demote(Context& context, const Args& args);
int resource_manage(Context& context, const Args& args);
int resource_unmanage(Context& context, const Args& args);
int resource_maintenance(Context& context, const Args& args);
int resource_meta(Context& context, const Args& args);
int resource_param(Context& context, const Args& args);
int resource_utilization(Context& context, const Args& args);
int resource_trace(Context& context, const Args& args);
int resource_untrace(Context& context, const Args& args);

int resource_move(Context& context, const Args& args);
int resource_ban(Context& context, const Args& args);
int resource_clear(Context& context, const Args& args);
int resource_constraints(Context& context, const Args& args);

int resource_status(Context& context, const Args& args);
int resource_locate(Context& context, const Args& args);
int resource_operations(Context& context, const Args& args);
int resource_failcount(Context& context, const Args& args);
int resource_cleanup(Context& context, const Args& args);
int resource_refresh(Context& context, const Args& args);
int resource_scores(Context& context, const Args& args);

}  // namespace muster::crm
