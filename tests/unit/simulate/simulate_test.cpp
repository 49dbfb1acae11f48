// crm simulate by its options: what a person types and reads.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/catch.h"
#include "tests/unit/simulate/cluster.h"

using namespace muster;

namespace {

struct Said {
    int status = 0;
    std::string out, err;
};

Said simulate(const std::vector<std::string>& words, const std::string& xml = test::small_cluster()) {
    std::ostringstream out, err;
    const int status = crm::simulate_main(words, test::world_of(xml), out, err);
    return {status, out.str(), err.str()};
}

bool says(const std::string& text, const std::string& part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

nlohmann::json json_of(std::vector<std::string> words) {
    words.insert(words.end(), {"-o", "json"});
    const Said s = simulate(words);
    INFO(s.err);
    REQUIRE(s.status == 0);
    return nlohmann::json::parse(s.out);
}

std::string role_after(const nlohmann::json& j, const std::string& id) {
    for (const auto& r : j.at("after").at("resources")) {
        if (r.at("id") == id) return r.at("role").get<std::string>() + " " + r.at("nodes").dump();
    }
    return "not there";
}

}  // namespace

TEST_CASE("what is wrong with the words is said, and the status is 2") {
    for (const auto& [words, complaint] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"--nonsense"}, "unknown option \"--nonsense\""},
             {{"--node-fail"}, "--node-fail needs a value"},
             {{"--quorum", "perhaps"}, "expected yes|no"},
             {{"--op-inject", "db_monitor@n1=7"}, "expected RESOURCE_TASK_INTERVALMS@NODE=RC"},
             {{"--op-fail", "db_start_0@n1=300"}, "expected RESOURCE_TASK_INTERVALMS@NODE=RC"},
             {{"--attribute", "n1=x"}, "expected NODE:NAME=VALUE"},
             {{"-o", "yaml"}, "expected text or json"}}) {
        const Said s = simulate(words);
        CHECK(s.status == 2);
        CHECK(says(s.err, complaint));
        CHECK(s.out.empty());
    }
}

TEST_CASE("what cannot be read or is not there is said, and the status is 1") {
    for (const auto& [words, complaint] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"--in", "/nonexistent/cib.xml"}, "/nonexistent/cib.xml"},
             {{"--at", "yesterday"}, "--at"},
             {{"--node-fail", "n9"}, "there is no node \"n9\""},
             {{"--op-inject", "mail_start_0@n1=1"}, "mail"},
             {{"--param", "mail:ip=1"}, "mail"},
             {{"--graph", "/nonexistent/graph.xml"}, "cannot write /nonexistent/graph.xml"}}) {
        const Said s = simulate(words);
        INFO(words.front());
        CHECK(s.status == 1);
        CHECK(says(s.err, complaint));
    }
    std::ostringstream out, err;
    CHECK(crm::simulate_main({}, crm::SimulateWorld{}, out, err) == 1);
    CHECK(says(err.str(), "use --in FILE"));
}

TEST_CASE("changes before the plan") {
    CHECK(says(simulate({}).out, "start    web on n1"));
    CHECK(says(simulate({"--node-fail", "n1"}).out, "db"));
    CHECK(role_after(json_of({"--run", "--node-down", "n1"}), "db") == "Started [\"n2\"]");
    CHECK(role_after(json_of({"--run", "--node-down", "n1"}), "web") == "Started [\"n2\"]");
    CHECK(role_after(json_of({"--run", "--standby", "n1"}), "db") == "Started [\"n2\"]");
    CHECK(role_after(json_of({"--run", "--quorum", "no"}), "db") == "Stopped []");
    CHECK(role_after(json_of({"--run", "--meta", "db:target-role=Stopped"}), "db") == "Stopped []");
    CHECK(role_after(json_of({"--run", "--property", "stop-all-resources=true"}), "db") == "Stopped []");
    CHECK(says(simulate({"--param", "db:state=/tmp/x"}).out, "db"));
    CHECK(says(simulate({"--op-inject", "db_monitor_10000@n1=7"}).out, "recover"));
    CHECK(role_after(json_of({"--run", "--standby", "n1", "--standby", "n2", "--online", "n3"}), "db") == "Started [\"n3\"]");
}

TEST_CASE("a fault while the transition is played") {
    const auto j = json_of({"--run", "--standby", "n1", "--op-fail", "db_start_0@n2=1"});
    CHECK(j.at("failed").size() == 1);
    CHECK(!j.at("skipped").empty());
    // A fault plays the transition, whether or not it is said, and one that meets no action is an error of the user's.
    CHECK(json_of({"--standby", "n1", "--op-fail", "db_start_0@n2=1"}).contains("after"));
    const Said s = simulate({"--op-fail", "db_start_0@n2=1"});
    CHECK(s.status == 1);
    CHECK(says(s.err, "db_start_0@n2"));
}

TEST_CASE("the moment: ISO 8601, a day of the year, seconds") {
    const std::string dated = test::small_cluster().replace(test::small_cluster().find("<constraints>"), 13,
        "<constraints><rsc_location id='until' rsc='db'><rule id='r' score='-INFINITY'><date_expression id='d' operation='gt' "
        "start='2030-01-01 00:00:00Z'/></rule></rsc_location>");
    for (const char* before : {"2029-12-31T23:59:59Z", "2029-365", "@1700000000"}) CHECK(!says(simulate({"--at", before}, dated).out, "stop     db"));
    for (const char* after : {"2030-01-02T00:00:00Z", "2030-002", "@1900000000"}) CHECK(says(simulate({"--at", after}, dated).out, "stop     db"));
}

TEST_CASE("files: graph, dot, placement, the CIB before and after") {
    const auto folder = std::filesystem::temp_directory_path() / ("muster-simulate-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    const auto file = [&](const char* name) { return (folder / name).string(); };
    const auto content = [&](const char* name) {
        std::ifstream in{file(name)};
        return std::string{std::istreambuf_iterator<char>{in}, {}};
    };
    const Said s = simulate({"--standby=n1", "--run", "--quiet", "--graph", file("g"), "--dot", file("d"), "--placement", file("p"),
                             "--save", file("after"), "--save-input", file("before")});
    CHECK(s.status == 0);
    CHECK(s.out.empty());
    CHECK(says(content("g"), "operation_key=\"db_start_0\""));
    CHECK(says(content("d"), "digraph"));
    const auto placement = nlohmann::json::parse(content("p"));
    CHECK(placement.at("initial").dump() == R"([["db","n1","Started"]])");
    CHECK(placement.at("final").dump() == R"([["db","n2","Started"],["web","n2","Started"]])");
    CHECK(says(content("before"), "standby"));
    CHECK(says(simulate({"--in", file("after")}).out, "Nothing to do"));
    std::filesystem::remove_all(folder);
}

TEST_CASE("scores are sums with the id of each term") {
    const Said s = simulate({"--scores"});
    CHECK(says(s.out, "db-n1"));
    CHECK(says(s.out, "web-db"));
    CHECK(json_of({"--scores"}).at("scores").size() > 3);
}
