// Tab: what is offered where.
#include <algorithm>

#include "tests/catch.h"
#include "tools/crm/configure/text.h"
#include "tools/crm/line/complete.h"

using namespace muster;
using namespace muster::crm;

namespace {

struct Fixture {
    Fixture() {
        Surroundings around;
        std::vector<Statement> statements;
        for (const char* line : {"node n1", "node n2", "primitive vip ocf:heartbeat:IPaddr2 params ip=10.0.0.1",
                                 "primitive web ocf:heartbeat:nginx", "group g vip web"}) {
            statements.push_back(*parse_statement(*lex(line), around));
        }
        configuration = apply(erased(xml::Element{"configuration"}, true), statements, ApplyMode::update)->configuration;
        world.configuration = &configuration;
        world.parameters = [](const std::string& agent) {
            return agent == "IPaddr2" ? std::vector<Candidate>{{"ip=", "(required) address", true}, {"nic=", "interface", true}}
                                      : std::vector<Candidate>{};
        };
    }
    std::vector<std::string> words(const std::string& level, const std::string& line) {
        std::vector<std::string> out;
        for (const auto& c : complete(table(), world, level, line)) out.push_back(c.text);
        return out;
    }
    xml::Element configuration;
    CompletionWorld world;
};

bool has(const std::vector<std::string>& all, const std::string& word) {
    return std::find(all.begin(), all.end(), word) != all.end();
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("commands and levels") {
    Fixture f;
    CHECK(has(f.words("", ""), "resource"));
    CHECK(f.words("", "resou") == Words{"resource"});
    CHECK(f.words("", "resource st") == Words{"start", "status", "stop"});
    CHECK(has(f.words("configure", "pr"), "primitive"));
}

TEST_CASE("ids of the right kind") {
    Fixture f;
    CHECK(f.words("resource", "stop ") == Words{"g", "vip", "web"});
    CHECK(f.words("", "resource move vip ") == Words{"n1", "n2"});
    CHECK(f.words("configure", "modgroup ") == Words{"g"});
    CHECK(has(f.words("configure", "set vip."), "vip.ip"));
}

TEST_CASE("parameters, meta attributes and values") {
    Fixture f;
    CHECK(f.words("configure", "primitive x IPaddr2 params ") == Words{"ip=", "meta", "nic=", "op", "operations", "params", "utilization"});
    CHECK(!has(f.words("configure", "primitive x IPaddr2 params ip=1 "), "ip="));
    CHECK(has(f.words("configure", "primitive x IPaddr2 meta target"), "target-role="));
    CHECK(f.words("configure", "property no-quorum-policy=s") == Words{"no-quorum-policy=stop", "no-quorum-policy=suicide"});
    CHECK(f.words("configure", "primitive x IPaddr2 params x=\"open ").empty());
}

TEST_CASE("every candidate of a command has its description") {
    Fixture f;
    for (const auto& c : complete(table(), f.world, "resource", "")) CHECK(!c.description.empty());
}
