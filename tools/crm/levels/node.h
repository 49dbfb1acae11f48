// Actions of the node, cluster, fence, cib and options levels.
#pragma once

#include "tools/crm/shell/context.h"

namespace muster::crm {

int node_show(Context& context, const Args& args);
int node_standby(Context& context, const Args& args);
int node_online(Context& context, const Args& args);
int node_maintenance(Context& context, const Args& args);
int node_ready(Context& context, const Args& args);
int node_attribute(Context& context, const Args& args);
int node_utilization(Context& context, const Args& args);
int node_status_attribute(Context& context, const Args& args);
int node_fence(Context& context, const Args& args);
int node_clearstate(Context& context, const Args& args);
int node_delete(Context& context, const Args& args);

int cluster_status(Context& context, const Args& args);
int cluster_wait(Context& context, const Args& args);
int cluster_stop(Context& context, const Args& args);
int cluster_start(Context& context, const Args& args);
int cluster_health(Context& context, const Args& args);

int fence_list(Context& context, const Args& args);
int fence_history(Context& context, const Args& args);

int shadow_new(Context& context, const Args& args);
int shadow_list(Context& context, const Args& args);
int shadow_delete(Context& context, const Args& args);
int shadow_diff(Context& context, const Args& args);
int shadow_commit(Context& context, const Args& args);
int shadow_use(Context& context, const Args& args);
int shadow_reset(Context& context, const Args& args);
int shadow_import(Context& context, const Args& args);

}  // namespace muster::crm
