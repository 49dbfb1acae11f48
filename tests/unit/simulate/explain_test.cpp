// crm explain: the deciding cause first, then what would change it; ten lines.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/catch.h"
#include "tests/unit/simulate/cluster.h"
#include "tools/explain/explain.h"

using namespace muster;

namespace {

std::string explain(const std::vector<std::string>& words, int expected = 0, const std::string& xml = test::small_cluster()) {
    std::ostringstream out, err;
    const int status = crm::explain_main(words, test::world_of(xml), out, err);
    INFO(out.str() << err.str());
    CHECK(status == expected);
    const std::string text = out.str() + err.str();
    if (expected == 0 && std::find(words.begin(), words.end(), "json") == words.end()) {
        CHECK(std::count(text.begin(), text.end(), '\n') <= 10);
    }
    return text;
}

bool says(const std::string& text, const std::string& part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

std::string with(std::string xml, const std::string& before, const std::string& added) {
    return xml.insert(xml.find(before), added);
}

}  // namespace

TEST_CASE("why a resource runs nowhere, and what would change it") {
    const std::string bans = "<rsc_location id='web-not-n1' rsc='web' node='n1' score='-INFINITY'/>"
                             "<rsc_location id='web-not-n2' rsc='web' node='n2' score='-INFINITY'/>";
    const std::string text = explain({"web"}, 0, with(test::small_cluster(), "<rsc_location id='db-n1'", bans));
    CHECK(says(text.substr(0, text.find('\n')), "web"));
    CHECK(says(text, "web-not-n1"));
    CHECK(says(text, "what would change it"));
}

TEST_CASE("the deciding cause names the nodes and what rules them out") {
    const std::string bans = "<rsc_location id='web-not-n1' rsc='web' node='n1' score='-INFINITY'/>"
                             "<rsc_location id='web-not-n2' rsc='web' node='n2' score='-INFINITY'/>";
    const std::string text = explain({"web"}, 0, with(test::small_cluster(), "<rsc_location id='db-n1'", bans));
    const std::string first = text.substr(0, text.find('\n'));
    CHECK(says(first, "n1 (ruled out by web-not-n1)"));
    CHECK(says(first, "n3 (in standby)"));
}

TEST_CASE("a member of a group follows the one before it, and a ban of crm's own goes the way it came") {
    const std::string group = "<group id='site'><primitive id='vip' class='ocf' provider='heartbeat' type='Dummy'/>"
                              "<primitive id='page' class='ocf' provider='heartbeat' type='Dummy'/></group>";
    std::string bans;
    for (const std::string node : {"n1", "n2", "n3"}) {
        bans += "<rsc_location id='cli-ban-site-on-" + node + "' rsc='site' node='" + node + "' score='-INFINITY'/>";
    }
    const std::string xml = with(with(test::small_cluster(), "</resources>", group), "<rsc_location id='db-n1'", bans);
    const std::string page = explain({"page"}, 0, xml);
    CHECK(says(page, "it goes with vip, which runs nowhere: crm explain site"));
    CHECK(!says(page, "#"));
    CHECK(!says(page, "= 0 "));
    CHECK(says(explain({"vip"}, 0, xml), "crm resource clear site"));
}

TEST_CASE("a clone is what becomes of its instances") {
    const std::string clone = "<clone id='extras'><primitive id='extra' class='ocf' provider='heartbeat' type='Dummy'/></clone>";
    const std::string text = explain({"extras"}, 0, with(test::small_cluster(), "</resources>", clone));
    CHECK(says(text, "extra:0: start on"));
    CHECK(!says(text, "stays so"));
    CHECK(says(text, "planned: extra"));
    CHECK(says(explain({"extra"}, 0, with(test::small_cluster(), "</resources>", clone)), "extra:1: start on"));
}

TEST_CASE("an action that is not planned is answered with those that are") {
    CHECK(says(explain({"--action", "web_promote_0"}, 1), "web_start_0@n1"));
}

TEST_CASE("why a resource is where it is") {
    const std::string text = explain({"db"});
    CHECK(says(text, "Started on n1"));
    CHECK(says(text, "100 db-n1"));
    CHECK(says(text, "n3: on standby"));
    const std::string one = explain({"db", "n1"});
    CHECK(says(one, "n1"));
    CHECK(!says(one, "n3"));
}

TEST_CASE("a resource that is told to be stopped") {
    auto xml = test::small_cluster();
    const auto at = xml.find("<primitive id='db' class='ocf' provider='heartbeat' type='Dummy'/>");
    xml.replace(at, std::string{"<primitive id='db' class='ocf' provider='heartbeat' type='Dummy'/>"}.size(),
                "<primitive id='db' class='ocf' provider='heartbeat' type='Dummy'><meta_attributes id='m'><nvpair id='mt' "
                "name='target-role' value='Stopped'/></meta_attributes></primitive>");
    const std::string text = explain({"db"}, 0, xml);
    CHECK(says(text.substr(0, text.find('\n')), "target-role"));
    CHECK(says(text, "crm resource start db"));
    const std::string action = explain({"--action", "db_stop_0@n1"}, 0, xml);
    CHECK(says(action, "target-role"));
}

TEST_CASE("what an action waits for") {
    const std::string xml = with(test::small_cluster(), "<rsc_location id='db-n1'", "<rsc_location id='off' rsc='db' node='n1' score='-INFINITY'/>");
    const std::string text = explain({"--action", "web_start_0"}, 0, xml);
    CHECK(says(text, "db_start_0 on n2"));
    const auto j = nlohmann::json::parse(explain({"--action", "web_start_0", "-o", "json"}, 0, xml));
    REQUIRE(j.size() == 1);
    CHECK(j[0].at("action") == "web_start_0 on n2");
    CHECK(j[0].at("waits_for").dump().find("db_start_0 on n2") != std::string::npos);
}

TEST_CASE("the JSON has the whole record") {
    const auto j = nlohmann::json::parse(explain({"db", "-o", "json"}));
    CHECK(j.at("resource") == "db");
    CHECK(j.at("nodes").dump() == "[\"n1\"]");
    const auto& scores = j.at("scores");
    REQUIRE(scores.size() >= 2);
    CHECK(scores[0].at("node") == "n1");
    CHECK(scores[0].at("terms").dump().find("db-n1") != std::string::npos);
}

TEST_CASE("what is not there is said with what is near") {
    CHECK(says(explain({"wbe"}, 1), "is \"web\" meant?"));
    CHECK(says(explain({"db", "n9"}, 1), "there is no node \"n9\""));
    CHECK(says(explain({"--action", "db_promote_0"}, 1), "the plan has no action"));
    CHECK(says(explain({}, 2), "expected RESOURCE [NODE] or --action ACTION"));
    CHECK(says(explain({"--in", "/nonexistent", "db"}, 1), "/nonexistent"));
}
