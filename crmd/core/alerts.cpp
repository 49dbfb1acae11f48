#include "crmd/core/alerts.h"

#include <fmt/format.h>

#include <ctime>

#include "base/text.h"

namespace muster::crmd {
namespace {

constexpr const char* kVersion = "1.1";

// Name and value pairs of an element's sets, the later ones winning; of rules nothing is known here.
std::vector<std::pair<std::string, std::string>> pairs(const xml::Element& e, const char* sets) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto* set : e.children_named(sets)) {
        for (const auto* nv : set->children_named("nvpair")) out.emplace_back(nv->get("name"), nv->get("value"));
    }
    return out;
}

std::string value_of(const std::vector<std::pair<std::string, std::string>>& list, const std::string& name, std::string otherwise) {
    for (const auto& [n, v] : list) {
        if (n == name) otherwise = v;
    }
    return otherwise;
}

std::string field(const AlertEvent& event, const std::string& name) { return value_of(event.more, name, ""); }

bool selects(const xml::Element& alert, const AlertEvent& event) {
    const xml::Element* select = alert.child("select");
    if (select == nullptr) return event.kind != "attribute";
    if (event.kind == "node") return select->child("select_nodes") != nullptr;
    if (event.kind == "fencing") return select->child("select_fencing") != nullptr;
    if (event.kind == "resource") return select->child("select_resources") != nullptr;
    const xml::Element* attributes = select->child("select_attributes");
    if (attributes == nullptr) return false;
    const auto wanted = attributes->children_named("attribute");
    if (wanted.empty()) return true;
    for (const auto* a : wanted) {
        if (a->get("name") == field(event, "attribute_name")) return true;
    }
    return false;
}

void add(lrmd::proto::Alert& order, const std::string& name, const std::string& value) {
    auto* a = order.add_environment();
    a->set_name(name);
    a->set_value(value);
}

// Both names of Pacemaker 2: CRM_alert_x, and CRM_notify_x of older agents.
void add_both(lrmd::proto::Alert& order, const std::string& name, const std::string& value) {
    add(order, "CRM_alert_" + name, value);
    add(order, "CRM_notify_" + name, value);
}

lrmd::proto::Alert order_of(const xml::Element& alert, const xml::Element* recipient, const AlertEvent& event, WallTime now,
                            std::uint64_t sequence) {
    auto meta = pairs(alert, "meta_attributes");
    auto instance = pairs(alert, "instance_attributes");
    if (recipient != nullptr) {
        for (auto& p : pairs(*recipient, "meta_attributes")) meta.push_back(std::move(p));
        for (auto& p : pairs(*recipient, "instance_attributes")) instance.push_back(std::move(p));
    }
    lrmd::proto::Alert order;
    order.set_action_id(fmt::format("alert:{}:{}", alert.id(), sequence));
    order.set_path(alert.get("path"));
    const auto timeout = parse_interval(value_of(meta, "timeout", "30s"));
    order.set_timeout_ms(timeout ? timeout->count() : 30'000);
    add_both(order, "kind", event.kind);
    add_both(order, "version", kVersion);
    add_both(order, "recipient", recipient != nullptr ? recipient->get("value") : "");
    add_both(order, "node", event.node);
    add_both(order, "desc", event.desc);
    add_both(order, "node_sequence", std::to_string(sequence));
    add_both(order, "timestamp", format_timestamp(value_of(meta, "timestamp-format", "%H:%M:%S.%6N"), now));
    add_both(order, "timestamp_epoch", std::to_string(now.to_seconds()));
    add_both(order, "timestamp_usec", std::to_string(now.us % 1'000'000));
    for (const auto& [name, value] : event.more) add_both(order, name, value);
    for (const auto& [name, value] : instance) add(order, name, value);
    return order;
}

bool enabled(const xml::Element& alert) {
    return parse_bool(value_of(pairs(alert, "meta_attributes"), "enabled", "true")).value_or(true);
}

}  // namespace

std::string format_timestamp(const std::string& format, WallTime when) {
    std::string prepared;
    for (std::size_t i = 0; i < format.size(); ++i) {
        std::size_t digits = 9, end = i + 1;
        if (format[i] == '%' && end < format.size() && format[end] >= '1' && format[end] <= '9') {
            digits = static_cast<std::size_t>(format[end] - '0');
            ++end;
        }
        if (format[i] == '%' && end < format.size() && format[end] == 'N') {
            prepared += fmt::format("{:09}", when.us % 1'000'000 * 1000).substr(0, digits);
            i = end;
            continue;
        }
        prepared += format[i];
        if (format[i] == '%' && i + 1 < format.size()) prepared += format[++i];
    }
    const std::time_t seconds = when.to_seconds();
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    char text[256];
    return std::string{text, std::strftime(text, sizeof text, prepared.c_str(), &parts)};
}

std::vector<lrmd::proto::Alert> alerts_for(const xml::Element& configuration, const AlertEvent& event, WallTime now,
                                           std::uint64_t sequence) {
    std::vector<lrmd::proto::Alert> out;
    const xml::Element* alerts = configuration.child("alerts");
    if (alerts == nullptr) return out;
    for (const auto* alert : alerts->children_named("alert")) {
        if (!enabled(*alert) || !selects(*alert, event)) continue;
        const auto recipients = alert->children_named("recipient");
        if (recipients.empty()) out.push_back(order_of(*alert, nullptr, event, now, sequence));
        for (const auto* recipient : recipients) {
            if (enabled(*recipient)) out.push_back(order_of(*alert, recipient, event, now, sequence));
        }
    }
    return out;
}

}  // namespace muster::crmd
