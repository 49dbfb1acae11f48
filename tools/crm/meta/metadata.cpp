// Running an agent for its meta-data, and the cache of the answers.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/os/files.h"
#include "base/os/spawn.h"
#include "base/text.h"
#include "tools/crm/meta/agents.h"

namespace muster::crm {
namespace {

std::string cache_folder() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') return std::string{cache} + "/muster";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') return std::string{home} + "/.cache/muster";
    return "/var/cache/muster";
}

// An agent that was changed has another key.
std::string cache_path(const AgentName& name, const std::string& path) {
    struct stat info{};
    if (stat(path.c_str(), &info) != 0) return "";
    return cache_folder() + "/" + replace_all(to_string(name), ":", "_") + "-" + std::to_string(info.st_mtim.tv_sec) +
           "-" + std::to_string(info.st_size) + ".xml";
}

std::vector<std::string> environment() {
    const char* root = std::getenv("OCF_ROOT");
    const char* path = std::getenv("PATH");
    return {std::string{"OCF_ROOT="} + (root != nullptr ? root : "/usr/lib/ocf"), "OCF_RA_VERSION_MAJOR=1",
            "OCF_RA_VERSION_MINOR=1", "LC_ALL=C.UTF-8",
            std::string{"PATH="} + (path != nullptr ? path : "/usr/sbin:/usr/bin:/sbin:/bin")};
}

Result<std::string> run_agent(const AgentName& name, const std::string& path) {
    os::ChildSpec spec;
    spec.argv = name.klass == "stonith" ? std::vector<std::string>{path, "-o", "metadata"}
                                        : std::vector<std::string>{path, "meta-data"};
    spec.environment = environment();
    spec.environment.push_back("OCF_RESOURCE_TYPE=" + name.type);
    spec.environment.push_back("OCF_RESOURCE_PROVIDER=" + name.provider);
    spec.environment.push_back("OCF_RESOURCE_INSTANCE=" + name.type);
    spec.most_output = 1024 * 1024;
    const auto result = os::run_child(std::move(spec));
    if (!result) return tl::make_unexpected(result.error());
    if (result->timed_out) return fail(ErrorCode::timeout, to_string(name) + ": no meta-data within 20 s");
    const auto begin = result->out.find("<?xml");
    const auto root = begin != std::string::npos ? begin : result->out.find("<resource-agent");
    if (root == std::string::npos) {
        return fail(ErrorCode::io, to_string(name) + ": the agent gives no meta-data (exit status " +
                                       std::to_string(result->exit_status) + ") " + std::string{trim(result->err)});
    }
    return result->out.substr(root);
}

}  // namespace

Result<std::string> agent_metadata(const AgentName& name) {
    const std::string path = agent_path(name);
    if (path.empty()) return fail(ErrorCode::not_found, to_string(name) + ": this agent is not installed");
    const std::string cached = cache_path(name, path);
    if (auto bytes = os::read_file(cached)) return *bytes;
    auto text = run_agent(name, path);
    if (!text) return text;
    // Without a place for the cache the next call is slower, nothing else.
    if (os::make_directories(cache_folder(), 0755)) static_cast<void>(os::write_file_atomic(cached, *text, 0644));
    return text;
}

}  // namespace muster::crm
