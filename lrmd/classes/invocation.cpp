#include "lrmd/classes/invocation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace muster::lrmd {
namespace {

using Variables = std::map<std::string, std::string>;

constexpr const char* kExitReasonPrefix = "ocf-exit-reason:";

// What of the daemon's own environment an agent must not see: another resource's parameters, and systemd's sockets.
bool is_private(const std::string& name) {
    static constexpr const char* kPrefixes[] = {"OCF_", "NOTIFY_SOCKET", "LISTEN_", "WATCHDOG_", "MAINPID", "INVOCATION_ID", "JOURNAL_STREAM"};
    return std::any_of(std::begin(kPrefixes), std::end(kPrefixes), [&](const char* p) { return starts_with(name, p); });
}

Variables inherit(const std::vector<std::string>& inherited) {
    Variables v;
    for (const auto& entry : inherited) {
        const auto equals = entry.find('=');
        if (equals == std::string::npos || equals == 0) continue;
        const std::string name = entry.substr(0, equals);
        if (!is_private(name)) v[name] = entry.substr(equals + 1);
    }
    return v;
}

void add_common(Variables& v, const Places& places) {
    const std::string path = v.contains("PATH") ? v["PATH"] : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    v["PATH"] = places.helpers + ":" + path;
    v["HA_SBIN_DIR"] = places.helpers;
    v["HA_RSCTMP"] = places.scratch;
    v["HA_LOGD"] = "no";
    v["HA_use_logd"] = "no";
    v["HA_cluster_type"] = v["PCMK_cluster_type"] = "corosync";
    v["HA_quorum_type"] = v["PCMK_quorum_type"] = "corosync";
    v["HA_mcp"] = v["PCMK_mcp"] = "true";
    // Documented for the daemons as PCMK_*, for agents as HA_*.
    const auto mirror = [&](const char* from, const char* to, const char* otherwise) {
        if (v.contains(from)) v[to] = v[from];
        else if (!v.contains(to)) v[to] = otherwise;
    };
    mirror("PCMK_debug", "HA_debug", "0");
    mirror("PCMK_logfacility", "HA_LOGFACILITY", "daemon");
    mirror("PCMK_logfacility", "HA_logfacility", "daemon");
    if (v.contains("PCMK_logfile")) v["HA_LOGFILE"] = v["HA_logfile"] = v["PCMK_logfile"];
}

// Old and new name of the same thing: whichever was given, agents find both.
void add_legacy_names(Variables& v) {
    static constexpr std::pair<const char*, const char*> kPairs[] = {
        {"OCF_RESKEY_CRM_meta_promoted_max", "OCF_RESKEY_CRM_meta_master_max"},
        {"OCF_RESKEY_CRM_meta_promoted_node_max", "OCF_RESKEY_CRM_meta_master_node_max"},
        {"OCF_RESKEY_CRM_meta_notify_promoted_resource", "OCF_RESKEY_CRM_meta_notify_master_resource"},
        {"OCF_RESKEY_CRM_meta_notify_promoted_uname", "OCF_RESKEY_CRM_meta_notify_master_uname"},
        {"OCF_RESKEY_CRM_meta_notify_unpromoted_resource", "OCF_RESKEY_CRM_meta_notify_slave_resource"},
        {"OCF_RESKEY_CRM_meta_notify_unpromoted_uname", "OCF_RESKEY_CRM_meta_notify_slave_uname"},
    };
    for (const auto& [now, before] : kPairs) {
        if (v.contains(now) && !v.contains(before)) v[before] = v[now];
        else if (v.contains(before) && !v.contains(now)) v[now] = v[before];
    }
}

void add_parameters(Variables& v, const proto::Run& run) {
    for (const auto& a : run.attributes()) {
        if (a.name() == "OCF_CHECK_LEVEL") {
            v["OCF_CHECK_LEVEL"] = a.value();
        } else if (starts_with(a.name(), "CRM_meta_")) {
            v["OCF_RESKEY_" + replace_all(a.name(), "-", "_")] = a.value();
        } else {
            v["OCF_RESKEY_" + a.name()] = a.value();
        }
    }
}

void add_ocf(Variables& v, const proto::Run& run, const Places& places) {
    v["OCF_ROOT"] = places.ocf_root;
    v["OCF_RA_VERSION_MAJOR"] = "1";
    v["OCF_RA_VERSION_MINOR"] = "1";
    v["OCF_RESOURCE_INSTANCE"] = run.resource();
    v["OCF_RESOURCE_TYPE"] = run.type();
    v["OCF_RESOURCE_PROVIDER"] = run.provider();
    v["OCF_EXIT_REASON_PREFIX"] = kExitReasonPrefix;
    add_parameters(v, run);
    const auto otherwise = [&](const char* name, std::string value) { v.try_emplace(name, std::move(value)); };
    if (run.timeout_ms() > 0) otherwise("OCF_RESKEY_CRM_meta_timeout", std::to_string(run.timeout_ms()));
    if (run.interval_ms() > 0) otherwise("OCF_RESKEY_CRM_meta_interval", std::to_string(run.interval_ms()));
    otherwise("OCF_RESKEY_CRM_meta_on_node", places.node);
    otherwise("OCF_RESKEY_CRM_meta_name", run.operation());
    add_legacy_names(v);
    if (!places.watch.empty()) v["MUSTER_WATCH_FILE"] = watch_file(places, run.resource());
}

// heartbeat v1: parameters are positional, named 1, 2, 3 ...; then the operation.
std::vector<std::string> positional(const proto::Run& run) {
    std::map<std::int64_t, std::string> numbered;
    for (const auto& a : run.attributes()) {
        if (const auto n = parse_int(a.name()); n && *n > 0) numbered[*n] = a.value();
    }
    std::vector<std::string> list;
    for (const auto& [n, value] : numbered) list.push_back(value);
    return list;
}

std::string script_word(const std::string& operation) { return operation == "monitor" ? "status" : operation; }

}  // namespace

std::string agent_label(const std::string& klass, const std::string& provider, const std::string& type) {
    return provider.empty() ? fmt::format("{}:{}", klass, type) : fmt::format("{}:{}:{}", klass, provider, type);
}

std::string file_name(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '_' || c == '@' || c == ':' || c == '#' || (c == '.' && !out.empty());
        if (plain) out += c;
        else out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    return out;
}

std::string watch_file(const Places& places, const std::string& resource) { return places.watch + "/" + file_name(resource); }

Invocation invocation(const proto::Run& run, const Places& places, const std::vector<std::string>& inherited) {
    Invocation i;
    i.label = agent_label(run.klass(), run.provider(), run.type());
    Variables v = inherit(inherited);
    add_common(v, places);
    if (run.klass() == "ocf") {
        add_ocf(v, run, places);
        for (const auto& folder : places.agents) i.candidates.push_back(folder + "/" + run.provider() + "/" + run.type());
        i.arguments = {run.operation()};
    } else if (run.klass() == "heartbeat") {
        i.candidates = {places.heartbeat + "/" + run.type()};
        i.arguments = positional(run);
        i.arguments.push_back(script_word(run.operation()));
    } else if (run.klass() == "systemd") {
        i.bus = true;
    } else {
        i.candidates = {places.lsb + "/" + run.type()};
        i.arguments = {script_word(run.operation())};
    }
    for (auto& [name, value] : v) i.environment.push_back(name + "=" + value);
    return i;
}

}  // namespace muster::lrmd
