// Golden screens: tests/golden/crm/NAME.xml rendered gives NAME.txt.  UPDATE_GOLDEN=1 rewrites the answers.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/os/files.h"
#include "base/text.h"
#include "cib/model/read.h"
#include "tests/catch.h"
#include "tools/crm/status/reason.h"
#include "tools/crm/status/screen.h"
#include "tools/crm/status/sections.h"

using namespace muster;
using namespace muster::crm;

namespace {

const std::string kFolder = "tests/golden/crm/";

struct Situation {
    cib::Cib cib;
    WallTime now;
    policy::ClusterView view;
    policy::Plan plan;
    status::LiveFacts facts;

    explicit Situation(const std::string& name) {
        auto bytes = os::read_file(kFolder + name + ".xml");
        REQUIRE(bytes);
        auto read = cib::read(*bytes);
        REQUIRE(read);
        cib = std::move(*read);
        now = WallTime::from_seconds(parse_int(*cib.find("execution-date")).value());
        view = policy::cluster_view(cib, now);
        plan = status::plan_with_causes(cib, now);
    }
    status::Input input() const { return {cib, view, plan, facts, now}; }
};

status::Screen screen_of(const std::string& name) { return status::build(Situation{name}.input()); }

void compare(const std::string& name, const std::string& text) {
    const std::string path = kFolder + name;
    if (std::getenv("UPDATE_GOLDEN") != nullptr) REQUIRE(os::write_file_atomic(path, text, 0644));
    auto expected = os::read_file(path);
    REQUIRE(expected);
    INFO(name);
    CHECK(text == *expected);
}

}  // namespace

TEST_CASE("each situation has its screen") {
    for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
        if (entry.path().extension() != ".xml") continue;
        const std::string name = entry.path().stem();
        const auto screen = screen_of(name);
        status::TextOptions options;
        options.width = 100;
        compare(name + ".txt", status::text(screen, options) + "exit status " + std::to_string(status::exit_status(screen)) + "\n");
    }
}

TEST_CASE("a narrow terminal breaks no line beyond its width") {
    status::TextOptions options;
    options.width = 60;
    const auto text = status::text(screen_of("start-failed-everywhere"), options);
    compare("narrow.txt", text);
    for (auto line : split(text, '\n')) CHECK(line.size() <= 60);
}

TEST_CASE("the sections below the screen") {
    const Situation failed{"start-failed-everywhere"}, ticket{"ticket-lost"};
    std::ostringstream out;
    status::inactive_section(out, failed.input());
    status::attributes_section(out, ticket.cib);
    status::tickets_section(out, ticket.cib);
    status::failures_section(out, failed.cib);
    status::operations_section(out, failed.cib, true);
    compare("sections.txt", out.str());
}

TEST_CASE("colour only where asked, and only where something is wrong") {
    status::TextOptions options;
    CHECK(status::text(screen_of("blocked"), options).find('\033') == std::string::npos);
    options.color = true;
    CHECK(status::text(screen_of("blocked"), options).find("\033[") != std::string::npos);
    CHECK(status::text(screen_of("healthy"), options).find('\033') == std::string::npos);
}

TEST_CASE("exit status tells how bad it is") {
    CHECK(status::exit_status(screen_of("healthy")) == 0);
    CHECK(status::exit_status(screen_of("failed-and-well")) == 0);
    CHECK(status::exit_status(screen_of("blocked")) == 1);
    CHECK(status::exit_status(screen_of("start-failed-everywhere")) == 2);
    CHECK(status::exit_status(screen_of("no-quorum")) == 3);
}

TEST_CASE("JSON has a schema with a version") {
    const auto json = status::json(screen_of("healthy"));
    CHECK(json.find("\"schema\": \"muster-status\"") != std::string::npos);
    compare("healthy.json", json);
}
