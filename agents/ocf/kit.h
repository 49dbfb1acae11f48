// What an OCF resource agent in C++ needs (OCF Resource Agent API 1.1): exit codes, parameters from the environment,
// the exit reason.  An example to copy: it depends on nothing but the C++ library.
#pragma once

#include <string>
#include <string_view>

namespace ocf {

// Section "Return codes".
enum Exit : int {
    success = 0,
    generic = 1,
    args = 2,
    unimplemented = 3,
    permission = 4,
    installed = 5,
    configured = 6,
    not_running = 7,
    running_promoted = 8,
    failed_promoted = 9,
    degraded = 190,
};

// OCF_RESKEY_name, or `otherwise` where it is not set or empty.
std::string parameter(std::string_view name, std::string_view otherwise = "");
bool parameter_flag(std::string_view name, bool otherwise);
// The whole text as a number in [least, most]; else says so as exit reason and ends with Exit::configured.
long parameter_number(std::string_view name, long otherwise, long least, long most);
int check_level();     // OCF_CHECK_LEVEL
bool is_probe();       // monitor with interval 0

// "ocf-exit-reason:TEXT" on standard error: the manager shows it to the operator.  Returns the code.
Exit reason(Exit code, const std::string& text);
void info(const std::string& text);

}  // namespace ocf
