#include <array>

#include "cib/change/operation.h"

namespace muster::cib {
namespace {

constexpr std::array<std::string_view, 11> kConfigurationSections = {
    "crm_config", "nodes", "resources", "constraints", "fencing-topology", "op_defaults",
    "rsc_defaults", "alerts", "acls", "tags", "configuration"};

bool whole(std::string_view section) { return section.empty() || section == "all" || section == "cib"; }

}  // namespace

bool is_section(std::string_view name) {
    if (whole(name) || name == "status") return true;
    for (const auto known : kConfigurationSections) {
        if (name == known) return true;
    }
    return false;
}

const xml::Element* find_section(const xml::Element& cib, std::string_view section) {
    if (whole(section)) return &cib;
    if (section == "configuration" || section == "status") return cib.child(section);
    const xml::Element* configuration = cib.child("configuration");
    return configuration ? configuration->child(section) : nullptr;
}

xml::Element* edit_section(xml::Element& cib, std::string_view section) {
    if (whole(section)) return &cib;
    if (section == "configuration" || section == "status") return cib.edit_child(section);
    xml::Element* configuration = cib.edit_child("configuration");
    return configuration ? configuration->edit_child(section) : nullptr;
}

}  // namespace muster::cib
