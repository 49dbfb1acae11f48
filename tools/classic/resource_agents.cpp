// crm_resource: the agents of this machine.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/os/spawn.h"
#include "base/text.h"
#include "tools/classic/resource.h"

namespace muster::classic {
namespace {

namespace fs = std::filesystem;

fs::path ocf_root(const Context& context) { return fs::path{context.env("OCF_ROOT", "/usr/lib/ocf")} / "resource.d"; }

std::set<std::string> names_in(const fs::path& folder, bool folders) {
    std::set<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{folder, error}) {
        const std::string name = entry.path().filename().string();
        if (name.empty() || name.front() == '.' || entry.is_directory(error) != folders) continue;
        const auto rights = entry.status(error).permissions();
        if (folders || (rights & fs::perms::owner_exec) != fs::perms::none) names.insert(name);
    }
    return names;
}

std::set<std::string> fence_agents() {
    std::set<std::string> names;
    for (const auto& name : names_in("/usr/sbin", false)) {
        if (starts_with(name, "fence_")) names.insert(name);
    }
    names.erase("fence_ack_manual");
    return names;
}

std::set<std::string> units() {
    std::set<std::string> names;
    for (const char* folder : {"/lib/systemd/system", "/usr/lib/systemd/system", "/etc/systemd/system"}) {
        std::error_code error;
        for (const auto& entry : fs::directory_iterator{folder, error}) {
            const std::string name = entry.path().filename().string();
            if (ends_with(name, ".service")) names.insert(name.substr(0, name.size() - 8));
        }
    }
    return names;
}

std::set<std::string> agents_of(const Context& context, const std::string& spec) {
    const auto parts = split(spec, ':');
    const std::string klass{parts[0]};
    if (klass == "ocf") {
        if (parts.size() > 1) return names_in(ocf_root(context) / std::string{parts[1]}, false);
        std::set<std::string> all;
        for (const auto& provider : names_in(ocf_root(context), true)) all.merge(names_in(ocf_root(context) / provider, false));
        return all;
    }
    if (klass == "stonith") return fence_agents();
    if (klass == "lsb") return names_in("/etc/init.d", false);
    if (klass == "systemd") return units();
    if (klass == "service") {
        auto all = units();
        all.merge(names_in("/etc/init.d", false));
        return all;
    }
    return {};
}

void say(Report& report, const std::set<std::string>& names, const char* list, const char* item) {
    xml::Element all{list};
    for (const auto& n : names) {
        report.text(n + "\n");
        all.add(xml::Element{item}.set_text(n));
    }
    if (report.xml()) report.element(std::move(all));
}

Exit show_metadata(Context& context, Report& report, const std::string& spec) {
    const auto parts = split(spec, ':');
    std::string path;
    if (parts.size() == 3 && parts[0] == "ocf") path = (ocf_root(context) / std::string{parts[1]} / std::string{parts[2]}).string();
    if (parts.size() == 2 && parts[0] == "stonith") path = "/usr/sbin/" + std::string{parts[1]};
    if (parts.size() == 2 && parts[0] == "lsb") path = "/etc/init.d/" + std::string{parts[1]};
    if (path.empty()) return report.error(kUsage, fmt::format("'{}' is not a valid agent specification", spec));
    os::ChildSpec child;
    child.argv = parts[0] == "stonith" ? std::vector<std::string>{path, "-o", "metadata"} : std::vector<std::string>{path, "meta-data"};
    child.environment = {"OCF_ROOT=" + context.env("OCF_ROOT", "/usr/lib/ocf"), "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                         "OCF_RESOURCE_INSTANCE=meta-data", "OCF_RA_VERSION_MAJOR=1", "OCF_RA_VERSION_MINOR=1", "LC_ALL=C"};
    child.most_output = 1u << 20;
    const auto result = os::run_child(std::move(child));
    if (!result) return report.error(kNotInstalled, fmt::format("Metadata query for {} failed: {}", spec, result.error().message));
    if (result->timed_out || result->signal != 0 || result->exit_status != 0 || result->out.empty()) {
        return report.error(kNotInstalled, fmt::format("Metadata query for {} failed: {}", spec, trim(result->err)));
    }
    context.out += result->out;
    if (result->out.back() != '\n') context.out += '\n';
    return kOk;
}

}  // namespace

std::optional<Exit> run_agent_query(Context& context, Report& report, const Options& options) {
    if (options.has("list-standards")) {
        for (const char* name : {"ocf", "lsb", "service", "systemd", "stonith"}) report.text(std::string{name} + "\n");
        return kOk;
    }
    if (options.has("list-ocf-providers")) {
        say(report, names_in(ocf_root(context), true), "providers", "provider");
        return kOk;
    }
    if (options.has("list-agents")) {
        const auto names = agents_of(context, options.get("list-agents"));
        if (names.empty()) return report.error(kNoSuch, fmt::format("No agents found for {}", options.get("list-agents")));
        say(report, names, "agents", "agent");
        return kOk;
    }
    if (options.has("list-ocf-alternatives")) {
        std::set<std::string> providers;
        for (const auto& p : names_in(ocf_root(context), true)) {
            if (names_in(ocf_root(context) / p, false).count(options.get("list-ocf-alternatives")) != 0) providers.insert(p);
        }
        if (providers.empty()) return report.error(kNoSuch, fmt::format("No OCF providers found for {}", options.get("list-ocf-alternatives")));
        say(report, providers, "providers", "provider");
        return kOk;
    }
    if (options.has("show-metadata")) return show_metadata(context, report, options.get("show-metadata"));
    return std::nullopt;
}

}  // namespace muster::classic
