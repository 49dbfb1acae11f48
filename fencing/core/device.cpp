#include "fencing/core/device.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace muster::fencing {
namespace {

constexpr const char* kActions[] = {"reboot", "off", "on", "list", "monitor", "status", "metadata", "validate_all"};

// Lists in pcmk_* values are separated by blanks, commas or semicolons.
std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> result;
    std::string word;
    for (const char c : text) {
        if (c != ' ' && c != ',' && c != ';' && c != '\t' && c != '\n') {
            word += c;
        } else if (!word.empty()) {
            result.push_back(std::exchange(word, {}));
        }
    }
    if (!word.empty()) result.push_back(word);
    return result;
}

// "n1:1;n2:2,3": entries are separated by semicolons or blanks; a value may be a list with commas.
Result<std::map<std::string, std::string>> read_map(const std::string& id, const std::string& name,
                                                    const std::string& text) {
    std::map<std::string, std::string> result;
    const std::string spaced = replace_all(text, ";", " ");
    for (const auto entry : split_words(spaced)) {
        const auto colon = entry.find(':');
        if (colon == 0 || colon == std::string_view::npos || colon + 1 == entry.size()) {
            return fail(fmt::format("fence device {}: {}=\"{}\": expected node:value pairs separated by ;, saw \"{}\"",
                                    id, name, text, entry));
        }
        result[std::string{entry.substr(0, colon)}] = std::string{entry.substr(colon + 1)};
    }
    return result;
}

Result<Duration> read_time(const std::string& id, const std::string& name, const std::string& text) {
    const auto time = parse_interval(text);
    if (!time) return fail(fmt::format("fence device {}: {}: {}", id, name, time.error().message));
    return Duration{*time};
}

Result<int> read_number(const std::string& id, const std::string& name, const std::string& text, int least) {
    const auto number = parse_int(text);
    if (!number || *number < least || *number > 1'000'000) {
        return fail(fmt::format("fence device {}: {}=\"{}\": expected a number of at least {}", id, name, text, least));
    }
    return static_cast<int>(*number);
}

Result<HostCheck> read_check(const std::string& id, const std::string& text) {
    for (const auto check : {HostCheck::static_list, HostCheck::dynamic_list, HostCheck::status, HostCheck::none}) {
        if (text == to_string(check)) return check;
    }
    return fail(fmt::format("fence device {}: pcmk_host_check=\"{}\": expected static-list, dynamic-list, status or none",
                            id, text));
}

// pcmk_ACTION_action, _timeout, _retries.  False: the name is of no such form.
Result<bool> read_policy(Device& device, const std::string& name, const std::string& value) {
    for (const std::string action : kActions) {
        const std::string prefix = "pcmk_" + action + "_";
        if (!starts_with(name, prefix)) continue;
        const std::string what = name.substr(prefix.size());
        auto [it, fresh] = device.actions.try_emplace(action);
        if (fresh) it->second.command = replace_all(action, "_", "-");
        if (what == "action") {
            it->second.command = value;
        } else if (what == "timeout") {
            const auto time = read_time(device.id, name, value);
            if (!time) return tl::make_unexpected(time.error());
            it->second.timeout = *time;
        } else if (what == "retries") {
            const auto tries = read_number(device.id, name, value, 0);
            if (!tries) return tl::make_unexpected(tries.error());
            it->second.tries = std::max(1, *tries);
        } else {
            return false;
        }
        return true;
    }
    return false;
}

Result<void> read_delay_base(Device& device, const std::string& value) {
    if (value.find(':') == std::string::npos) {
        const auto time = read_time(device.id, "pcmk_delay_base", value);
        if (!time) return tl::make_unexpected(time.error());
        device.delay_base = *time;
        return {};
    }
    const auto map = read_map(device.id, "pcmk_delay_base", value);
    if (!map) return tl::make_unexpected(map.error());
    for (const auto& [node, text] : *map) {
        const auto time = read_time(device.id, "pcmk_delay_base of " + node, text);
        if (!time) return tl::make_unexpected(time.error());
        device.delay_of[node] = *time;
    }
    return {};
}

Result<void> read_host_map(Device& device, const std::string& value) {
    auto map = read_map(device.id, "pcmk_host_map", value);
    if (!map) return tl::make_unexpected(map.error());
    for (const auto& [node, port] : *map) device.hosts.push_back(node);
    device.ports = std::move(*map);
    return {};
}

// One pcmk_* parameter.  Unknown ones are left alone: newer Pacemakers have some that older ones lack.
Result<void> read_special(Device& device, const std::string& name, const std::string& value) {
    if (name == "pcmk_host_list") {
        for (auto& host : words(value)) device.hosts.push_back(std::move(host));
    } else if (name == "pcmk_host_map") {
        return read_host_map(device, value);
    } else if (name == "pcmk_host_argument") {
        device.host_argument = value;
    } else if (name == "pcmk_host_check") {
        const auto check = read_check(device.id, value);
        if (!check) return tl::make_unexpected(check.error());
        device.check = *check;
    } else if (name == "pcmk_delay_base") {
        return read_delay_base(device, value);
    } else if (name == "pcmk_delay_max") {
        const auto time = read_time(device.id, name, value);
        if (!time) return tl::make_unexpected(time.error());
        device.delay_max = *time;
    } else if (name == "pcmk_action_limit") {
        const auto limit = read_number(device.id, name, value, -1);
        if (!limit) return tl::make_unexpected(limit.error());
        device.action_limit = *limit == 0 ? 1 : *limit;
    } else if (const auto known = read_policy(device, name, value); !known) {
        return tl::make_unexpected(known.error());
    }
    return {};
}

}  // namespace

ActionPolicy Device::policy(const std::string& action) const {
    const auto it = actions.find(replace_all(action, "-", "_"));
    if (it != actions.end()) return it->second;
    return ActionPolicy{action, std::nullopt, 2};
}

Duration Device::delay(const std::string& target, std::uint64_t dice) const {
    const auto own = delay_of.find(target);
    const Duration base = own != delay_of.end() ? own->second : delay_base;
    if (delay_max <= base) return base;
    const auto room = static_cast<std::uint64_t>((delay_max - base).count());
    return base + Duration{static_cast<std::int64_t>(dice % room)};
}

Result<Device> read_device(const DeviceConfig& config) {
    Device device;
    device.id = config.id;
    device.agent = config.agent;
    if (config.agent.empty()) return fail(fmt::format("fence device {}: no agent is named", config.id));
    if (config.agent.find('/') != std::string::npos) {
        return fail(fmt::format("fence device {}: agent \"{}\": expected a name such as fence_ipmilan, no path",
                                config.id, config.agent));
    }
    for (const auto& [name, value] : config.parameters) {
        // What crmd adds for its own bookkeeping is not for the agent.
        if (starts_with(name, "CRM_meta_") || starts_with(name, "crm_")) continue;
        if (!starts_with(name, "pcmk_")) {
            device.parameters[name] = value;
            continue;
        }
        const auto read = read_special(device, name, value);
        if (!read) return tl::make_unexpected(read.error());
    }
    return device;
}

HostCheck effective_check(const Device& device, const AgentInfo& agent) {
    if (device.check != HostCheck::automatic) return device.check;
    if (!device.hosts.empty()) return HostCheck::static_list;
    if (agent.offers("list")) return HostCheck::dynamic_list;
    if (agent.offers("status")) return HostCheck::status;
    return HostCheck::none;
}

const char* to_string(HostCheck check) {
    switch (check) {
        case HostCheck::automatic: return "automatic";
        case HostCheck::static_list: return "static-list";
        case HostCheck::dynamic_list: return "dynamic-list";
        case HostCheck::status: return "status";
        case HostCheck::none: return "none";
    }
    return "?";
}

std::string agent_options(const Device& device, const AgentInfo& agent, const std::string& command,
                          const std::string& target) {
    std::map<std::string, std::string> options = device.parameters;
    options["action"] = command;
    if (!target.empty()) {
        options["nodename"] = target;
        const std::string argument = device.host_argument.value_or(agent.host_argument);
        const auto port = device.ports.find(target);
        // An outlet that the operator gave as a plain parameter holds: such a device has one only.
        if (!argument.empty() && argument != "none" && device.parameters.count(argument) == 0) {
            options[argument] = port != device.ports.end() ? port->second : target;
        }
    }
    std::string text;
    for (const auto& [name, value] : options) text += name + "=" + value + "\n";
    return text;
}

}  // namespace muster::fencing
