// The command table: every row is complete, names are unique, abbreviations are understood.
#include <map>

#include "tests/catch.h"
#include "tools/crm/shell/context.h"
#include "tools/crm/shell/help.h"
#include "tools/crm/table/command.h"

using namespace muster::crm;

TEST_CASE("every command is complete and unique in its level") {
    std::map<std::string, int> seen;
    for (const auto& c : table().commands()) {
        INFO(c.level << " " << c.name);
        CHECK(c.run);
        CHECK(!c.summary.empty());
        CHECK(++seen[c.level + " " + c.name] == 1);
        for (const auto& a : c.aliases) CHECK(++seen[c.level + " " + a] == 1);
        CHECK((c.level.empty() || table().level(c.level)));
        CHECK(help_command(c).find(c.summary) == 0);
    }
}

TEST_CASE("abbreviations") {
    CHECK((*table().command("resource", "sto"))->name == "stop");
    CHECK((*table().level("cfg"))->name == "configure");
    CHECK((*table().command("configure", "prim"))->name == "primitive");
    CHECK(!table().command("resource", "ma"));  // manage or maintenance
    CHECK(!table().command("resource", "zzz"));
}

TEST_CASE("options") {
    auto o = parse_options({"-F", "-c", "./x.xml", "--display=plain", "-o", "json", "-o", "a.b=c", "resource", "stop", "-x"});
    REQUIRE(o);
    CHECK(o->force);
    CHECK(o->cib == "./x.xml");
    CHECK(o->display == "plain");
    CHECK(o->output == "json");
    CHECK(o->set["a.b"] == "c");
    CHECK(o->words == std::vector<std::string>{"resource", "stop", "-x"});
    CHECK(!parse_options({"--nonsense"}));
    CHECK(!parse_options({"-c"}));
}
