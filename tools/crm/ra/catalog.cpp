#include "tools/crm/ra/catalog.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/text.h"

namespace muster::crm {
namespace {

std::string providers_folder() {
    const char* root = std::getenv("OCF_ROOT");
    return std::string{root != nullptr && *root != '\0' ? root : "/usr/lib/ocf"} + "/resource.d";
}

std::set<std::string> names_in(const std::string& folder) {
    std::set<std::string> out;
    DIR* dir = opendir(folder.c_str());
    if (dir == nullptr) return out;
    while (const dirent* entry = readdir(dir)) {
        if (entry->d_name[0] != '.') out.insert(entry->d_name);
    }
    closedir(dir);
    return out;
}

bool is_program(const std::string& path) {
    struct stat info{};
    return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

std::set<std::string> programs_in(const std::string& folder) {
    std::set<std::string> out;
    for (const auto& name : names_in(folder)) {
        if (is_program(folder + "/" + name)) out.insert(name);
    }
    return out;
}

std::set<std::string> units() {
    std::set<std::string> out;
    for (const char* folder : {"/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}) {
        for (const auto& name : names_in(folder)) {
            if (ends_with(name, ".service")) out.insert(name.substr(0, name.size() - 8));
        }
    }
    return out;
}

std::set<std::string> fence_agents() {
    std::set<std::string> out;
    for (const char* folder : {"/usr/sbin", "/usr/libexec/muster/fence"}) {
        for (const auto& name : programs_in(folder)) {
            if (starts_with(name, "fence_")) out.insert(name);
        }
    }
    return out;
}

}  // namespace

std::vector<std::string> agent_classes() { return {"heartbeat", "lsb", "ocf", "service", "stonith", "systemd"}; }

std::vector<std::string> agent_providers(const std::string& type) {
    if (!type.empty()) return ocf_providers(type);
    std::vector<std::string> out;
    for (const auto& name : names_in(providers_folder())) {
        if (!programs_in(providers_folder() + "/" + name).empty()) out.push_back(name);
    }
    return out;
}

Result<std::vector<std::string>> agent_types(const std::string& klass, const std::string& provider) {
    std::set<std::string> out;
    if (klass == "ocf") {
        const auto known = agent_providers();
        if (!provider.empty() && std::find(known.begin(), known.end(), provider) == known.end()) {
            return fail(ErrorCode::not_found, "no OCF provider \"" + provider + "\" here (there are: " + join(known, ", ") + ")");
        }
        for (const auto& p : known) {
            if (provider.empty() || provider == p) out.merge(programs_in(providers_folder() + "/" + p));
        }
    } else if (klass == "lsb") {
        out = programs_in("/etc/init.d");
    } else if (klass == "heartbeat") {
        out = programs_in("/etc/ha.d/resource.d");
    } else if (klass == "systemd") {
        out = units();
    } else if (klass == "service") {
        out = units();
        out.merge(programs_in("/etc/init.d"));
    } else if (klass == "stonith") {
        out = fence_agents();
    } else {
        return fail("no class \"" + klass + "\" (expected one of: " + join(agent_classes(), ", ") + ")");
    }
    return std::vector<std::string>{out.begin(), out.end()};
}

Result<AgentName> find_agent(const std::string& text) {
    const auto parts = split(text, ':');
    AgentName name;
    name.type = std::string{parts.back()};
    if (parts.size() == 3) {
        name.klass = std::string{parts[0]};
        name.provider = std::string{parts[1]};
    } else if (parts.size() == 2) {
        const auto classes = agent_classes();
        const bool is_class = std::find(classes.begin(), classes.end(), parts[0]) != classes.end();
        // "heartbeat" is a class of old scripts and a provider of OCF agents: the agent that is there decides.
        const bool is_provider = agent_installed({"ocf", std::string{parts[0]}, name.type});
        name.klass = is_class && !is_provider ? std::string{parts[0]} : "ocf";
        if (!is_class || is_provider) name.provider = std::string{parts[0]};
    } else if (parts.size() == 1) {
        const bool fence = starts_with(name.type, "fence_");
        name.klass = fence ? "stonith" : "ocf";
    } else {
        return fail("\"" + text + "\": expected [<class>:[<provider>:]]<type>");
    }
    if (name.klass == "ocf" && name.provider.empty()) {
        const auto providers = ocf_providers(name.type);
        if (!providers.empty()) name.provider = providers.front();
        else if (agent_installed({"lsb", "", name.type}) && parts.size() == 1) name.klass = "lsb";
    }
    if (!agent_installed(name)) {
        return fail(ErrorCode::not_found, to_string(name) + " is not installed on this node");
    }
    return name;
}

}  // namespace muster::crm
