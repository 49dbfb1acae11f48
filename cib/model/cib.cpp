#include "cib/model/cib.h"

#include <fmt/format.h>

#include "base/text.h"

namespace muster::cib {
namespace {

std::int64_t number(const std::string* text) { return text ? parse_int(*text).value_or(0) : 0; }

}  // namespace

std::string to_string(const Version& v) {
    return fmt::format("{}.{}.{}", v.admin_epoch, v.epoch, v.num_updates);
}

const std::string* NodeState::find_extra(std::string_view name) const {
    for (const auto& a : extra) {
        if (a.name == name) return &a.value;
    }
    return nullptr;
}

const NodeState* Status::node(std::string_view uname) const {
    for (const auto& n : nodes) {
        if (n.uname == uname) return &n;
    }
    return nullptr;
}
NodeState* Status::node(std::string_view uname) {
    for (auto& n : nodes) {
        if (n.uname == uname) return &n;
    }
    return nullptr;
}

const std::string* Cib::find(std::string_view attribute) const {
    for (const auto& a : attributes) {
        if (a.name == attribute) return &a.value;
    }
    return nullptr;
}
void Cib::set(std::string_view attribute, std::string value) {
    for (auto& a : attributes) {
        if (a.name == attribute) {
            a.value = std::move(value);
            return;
        }
    }
    attributes.push_back({std::string{attribute}, std::move(value)});
}
Version Cib::version() const {
    return {number(find("admin_epoch")), number(find("epoch")), number(find("num_updates"))};
}
void Cib::set_version(const Version& v) {
    set("admin_epoch", std::to_string(v.admin_epoch));
    set("epoch", std::to_string(v.epoch));
    set("num_updates", std::to_string(v.num_updates));
}

Cib empty_cib() {
    Cib cib;
    cib.set("crm_feature_set", "3.19.0");
    cib.set("validate-with", "pacemaker-3.9");
    cib.set_version({});
    for (const char* section : {"crm_config", "nodes", "resources", "constraints"}) {
        cib.configuration.add(xml::Element{section});
    }
    return cib;
}

}  // namespace muster::cib
