#include "tools/crm/meta/agents.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "base/xml/parse.h"

namespace muster::crm {
namespace {

std::string ocf_root() {
    const char* root = std::getenv("OCF_ROOT");
    return root != nullptr && *root != '\0' ? root : "/usr/lib/ocf";
}

bool executable(const std::string& path) {
    struct stat info{};
    return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

std::vector<std::string> entries(const std::string& folder) {
    std::vector<std::string> out;
    DIR* dir = opendir(folder.c_str());
    if (dir == nullptr) return out;
    while (const dirent* entry = readdir(dir)) {
        if (entry->d_name[0] != '.') out.emplace_back(entry->d_name);
    }
    closedir(dir);
    std::sort(out.begin(), out.end());
    return out;
}

int preference(const std::string& provider) {
    return provider == "heartbeat" ? 0 : provider == "pacemaker" ? 1 : provider == "muster" ? 2 : 3;
}

bool plain_name(const std::string& name) { return !name.empty() && name.find('/') == std::string::npos && name[0] != '.'; }

}  // namespace

std::string to_string(const AgentName& name) {
    return name.klass + ":" + (name.provider.empty() ? "" : name.provider + ":") + name.type;
}

const AgentParameter* AgentMeta::parameter(std::string_view wanted) const {
    for (const auto& p : parameters) {
        if (p.name == wanted) return &p;
    }
    return nullptr;
}

std::vector<std::string> ocf_providers(const std::string& type) {
    std::vector<std::string> out;
    if (!plain_name(type)) return out;
    for (const auto& provider : entries(ocf_root() + "/resource.d")) {
        if (executable(ocf_root() + "/resource.d/" + provider + "/" + type)) out.push_back(provider);
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return preference(a) < preference(b); });
    return out;
}

std::string agent_path(const AgentName& name) {
    if (!plain_name(name.type)) return "";
    std::vector<std::string> places;
    if (name.klass == "ocf" && plain_name(name.provider)) {
        places = {ocf_root() + "/resource.d/" + name.provider + "/" + name.type};
    } else if (name.klass == "stonith") {
        places = {"/usr/sbin/" + name.type, "/usr/libexec/muster/fence/" + name.type};
    } else if (name.klass == "lsb") {
        places = {"/etc/init.d/" + name.type};
    } else if (name.klass == "heartbeat") {
        places = {"/etc/ha.d/resource.d/" + name.type};
    }
    for (const auto& p : places) {
        if (executable(p)) return p;
    }
    return "";
}

bool agent_installed(const AgentName& name) {
    if (name.klass == "systemd" || name.klass == "service") {
        const std::string unit = name.type.find('.') == std::string::npos ? name.type + ".service" : name.type;
        const std::string pattern = unit.substr(0, unit.find('@') + (unit.find('@') == std::string::npos ? 0 : 1));
        for (const char* folder : {"/etc/systemd/system/", "/run/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/"}) {
            if (access((folder + unit).c_str(), F_OK) == 0) return true;
            if (ends_with(pattern, "@") && access((folder + pattern + ".service").c_str(), F_OK) == 0) return true;
        }
        return name.klass == "service" && !agent_path({"lsb", "", name.type}).empty();
    }
    return !agent_path(name).empty();
}

Result<AgentMeta> parse_metadata(const std::string& xml_text) {
    auto root = xml::parse(xml_text);
    if (!root) return tl::make_unexpected(root.error());
    AgentMeta out;
    out.name = root->get("name");
    const auto text = [](const xml::Element& e, const char* child) {
        const auto* c = e.child(child);
        return c == nullptr ? std::string{} : std::string{trim(c->text())};
    };
    out.shortdesc = root->has("shortdesc") ? root->get("shortdesc") : text(*root, "shortdesc");
    out.longdesc = text(*root, "longdesc");
    if (const auto* parameters = root->child("parameters")) {
        for (const auto* p : parameters->children_named("parameter")) {
            AgentParameter one;
            one.name = p->get("name");
            one.shortdesc = text(*p, "shortdesc");
            one.longdesc = text(*p, "longdesc");
            one.required = parse_bool(p->get("required")).value_or(false);
            one.unique = parse_bool(p->get("unique")).value_or(false);
            one.obsolete = parse_bool(p->get("deprecated")).value_or(p->has("obsoletes"));
            if (const auto* content = p->child("content")) {
                one.type = content->get("type");
                one.value_default = content->get("default");
            }
            out.parameters.push_back(std::move(one));
        }
    }
    if (const auto* actions = root->child("actions")) {
        for (const auto* a : actions->children_named("action")) {
            out.actions.push_back({a->get("name"), a->get("timeout"), a->get("interval"), a->get("role")});
        }
    }
    return out;
}

Result<AgentMeta> agent_meta(const AgentName& name) {
    auto text = agent_metadata(name);
    if (!text) return tl::make_unexpected(text.error());
    auto meta = parse_metadata(*text);
    if (!meta) return fail(meta.error().code, to_string(name) + ": its meta-data can not be read: " + meta.error().message);
    return meta;
}

const std::vector<AgentParameter>& fencing_parameters() {
    static const std::vector<AgentParameter> all = [] {
        std::vector<AgentParameter> out;
        const auto add = [&](const std::string& name, const char* text) {
            AgentParameter p;
            p.name = name;
            p.shortdesc = text;
            p.type = "string";
            out.push_back(std::move(p));
        };
        add("pcmk_host_argument", "parameter of the agent that names the node");
        add("pcmk_host_map", "node:port pairs, separated by ;");
        add("pcmk_host_list", "nodes that this device can fence");
        add("pcmk_host_check", "how the nodes are found: dynamic-list, static-list, status, none");
        add("pcmk_delay_max", "random delay at most");
        add("pcmk_delay_base", "fixed delay, or node:delay pairs");
        add("pcmk_action_limit", "actions at the same time; -1: no limit");
        for (const char* action : {"reboot", "off", "on", "list", "monitor", "status", "metadata", "validate_all"}) {
            const std::string stem = std::string{"pcmk_"} + action;
            add(stem + "_action", "another action instead");
            add(stem + "_timeout", "time for this action");
            add(stem + "_retries", "attempts at this action");
        }
        add("stonith-timeout", "time for an action");
        add("priority", "priority of the device");
        add("provides", "what the device provides besides fencing");
        return out;
    }();
    return all;
}

}  // namespace muster::crm
