#include "agents/ocf/kit.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace ocf {
namespace {

const char* environment(const std::string& name) {
    const char* v = std::getenv(name.c_str());
    return v && *v ? v : nullptr;
}

}  // namespace

std::string parameter(std::string_view name, std::string_view otherwise) {
    const char* v = environment("OCF_RESKEY_" + std::string{name});
    return v ? std::string{v} : std::string{otherwise};
}

bool parameter_flag(std::string_view name, bool otherwise) {
    const std::string v = parameter(name);
    for (const char* word : {"true", "yes", "on", "1", "TRUE", "Yes", "True", "YES"}) {
        if (v == word) return true;
    }
    for (const char* word : {"false", "no", "off", "0", "FALSE", "No", "False", "NO"}) {
        if (v == word) return false;
    }
    if (v.empty()) return otherwise;
    std::exit(reason(configured, "parameter " + std::string{name} + "=\"" + v + "\": expected true or false"));
}

long parameter_number(std::string_view name, long otherwise, long least, long most) {
    const std::string v = parameter(name);
    if (v.empty()) return otherwise;
    char* end = nullptr;
    errno = 0;
    const long n = std::strtol(v.c_str(), &end, 10);
    if (*end == '\0' && errno == 0 && n >= least && n <= most) return n;
    std::exit(reason(configured, "parameter " + std::string{name} + "=\"" + v + "\": expected a number from " +
                                     std::to_string(least) + " to " + std::to_string(most)));
}

int check_level() {
    const char* v = environment("OCF_CHECK_LEVEL");
    return v ? std::atoi(v) : 0;
}

bool is_probe() {
    const char* v = environment("OCF_RESKEY_CRM_meta_interval");
    return !v || std::string_view{v} == "0";
}

Exit reason(Exit code, const std::string& text) {
    const char* prefix = environment("OCF_EXIT_REASON_PREFIX");
    std::fprintf(stderr, "%s%s\n", prefix ? prefix : "ocf-exit-reason:", text.c_str());
    return code;
}

void info(const std::string& text) { std::fprintf(stderr, "INFO: %s\n", text.c_str()); }

}  // namespace ocf
