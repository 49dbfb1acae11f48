// Proves: exit codes become the return codes that the cluster works with, by the rules of each class.
#include "lrmd/core/core.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::lrmd;

namespace {

Verdict judged(const std::string& klass, const std::string& operation, int code) {
    proto::Run run;
    run.set_klass(klass);
    run.set_operation(operation);
    run.set_resource("r");
    proto::Ended ended;
    ended.set_how(proto::Ended::EXITED);
    ended.set_code(code);
    return judge(run, ended);
}

}  // namespace

TEST_CASE("exit codes of each class") {
    struct Row {
        const char *klass, *operation;
        int code, rc;
    };
    // As the field knows them: OCF 1.1, LSB 5.0 chapter 22, heartbeat's own.
    static constexpr Row kRows[] = {
        {"ocf", "monitor", 10, 1},     {"ocf", "monitor", 189, 1},    {"ocf", "monitor", 190, 190}, {"ocf", "monitor", 191, 191},
        {"ocf", "monitor", 192, 1},    {"ocf", "start", 255, 1},      {"ocf", "notify", 1, 0},      {"lsb", "monitor", 0, 0},
        {"lsb", "monitor", 1, 7},      {"lsb", "monitor", 2, 7},      {"lsb", "monitor", 3, 7},     {"lsb", "monitor", 4, 1},
        {"lsb", "monitor", 150, 5},    {"lsb", "monitor", 151, 4},    {"lsb", "monitor", 152, 1},   {"lsb", "start", 0, 0},
        {"lsb", "start", 1, 1},        {"lsb", "start", 5, 5},        {"lsb", "start", 6, 6},       {"lsb", "start", 7, 7},
        {"lsb", "stop", 7, 0},         {"lsb", "stop", 8, 1},         {"lsb", "stop", 150, 1},      {"service", "monitor", 3, 7},
        {"heartbeat", "monitor", 0, 0}, {"heartbeat", "monitor", 1, 7}, {"heartbeat", "start", 3, 1}, {"heartbeat", "stop", 0, 0},
    };
    for (const Row& row : kRows) {
        INFO(row.klass << " " << row.operation << " " << row.code);
        CHECK(judged(row.klass, row.operation, row.code).rc == row.rc);
    }
    for (int code = 0; code <= 9; ++code) {
        CHECK(judged("ocf", "monitor", code).rc == code);
        CHECK(judged("ocf", "monitor", code).exit_reason.empty());
    }
    CHECK(judged("ocf", "start", 10).exit_reason ==
          "the agent ended with status 10, which means nothing in OCF (expected 0 to 9, 190 or 191); taken as 1 (error)");
}
