// The classic programs, by name.
#pragma once

#include <string_view>

#include "tools/classic/context.h"

namespace muster::classic {

using Program = Exit (*)(Context&);

Exit cibadmin(Context&);
Exit crm_attribute(Context&);
Exit attrd_updater(Context&);
Exit crm_failcount(Context&);
Exit crm_standby(Context&);
Exit crm_master(Context&);
Exit crm_ticket(Context&);
Exit crm_node(Context&);
Exit crm_error(Context&);
Exit iso8601(Context&);
Exit crm_rule(Context&);
Exit crm_verify(Context&);
Exit crm_diff(Context&);
Exit crm_shadow(Context&);
Exit crmadmin(Context&);
Exit pacemakerd(Context&);
Exit crm_resource(Context&);
Exit crm_mon(Context&);
Exit crm_simulate(Context&);
Exit stonith_admin(Context&);
Exit daemon_metadata(Context&);  // pacemaker-based, pacemaker-controld, pacemaker-schedulerd, pacemaker-fenced

// nullptr: no such program.
Program find_program(std::string_view name);

}  // namespace muster::classic
