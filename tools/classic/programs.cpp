#include "tools/classic/programs.h"

#include <array>
#include <utility>

namespace muster::classic {
namespace {

constexpr std::array<std::pair<std::string_view, Program>, 24> kPrograms = {{
    {"cibadmin", cibadmin},
    {"crm_attribute", crm_attribute},
    {"attrd_updater", attrd_updater},
    {"crm_failcount", crm_failcount},
    {"crm_standby", crm_standby},
    {"crm_master", crm_master},
    {"crm_ticket", crm_ticket},
    {"crm_node", crm_node},
    {"crm_error", crm_error},
    {"crmadmin", crmadmin},
    {"pacemakerd", pacemakerd},
    {"crm_diff", crm_diff},
    {"crm_verify", crm_verify},
    {"iso8601", iso8601},
    {"crm_rule", crm_rule},
    {"crm_shadow", crm_shadow},
    {"crm_resource", crm_resource},
    {"crm_mon", crm_mon},
    {"crm_simulate", crm_simulate},
    {"stonith_admin", stonith_admin},
    {"pacemaker-based", daemon_metadata},
    {"pacemaker-controld", daemon_metadata},
    {"pacemaker-schedulerd", daemon_metadata},
    {"pacemaker-fenced", daemon_metadata},
}};

}  // namespace

Program find_program(std::string_view name) {
    for (const auto& [known, program] : kPrograms) {
        if (known == name) return program;
    }
    return nullptr;
}

}  // namespace muster::classic
