// The configuration language: reading, printing, and that what is printed reads back.
#include "base/xml/write.h"
#include "tests/catch.h"
#include "tools/crm/configure/apply.h"
#include "tools/crm/configure/text.h"
#include "tools/crm/lang/print.h"

using namespace muster;
using namespace muster::crm;

namespace {

xml::Element empty() { return erased(xml::Element{"configuration"}, true); }

Result<xml::Element> load(const std::string& text) {
    std::vector<Statement> statements;
    Surroundings around;
    around.providers = [](const std::string& type) {
        return type == "Nothing" ? std::vector<std::string>{} : std::vector<std::string>{"heartbeat"};
    };
    for (const auto& line : logical_lines(text)) {
        auto tokens = lex(line.text, line.number);
        if (!tokens) return tl::make_unexpected(tokens.error());
        auto statement = parse_statement(*tokens, around);
        if (!statement) return fail(describe(statement.error(), *tokens));
        statements.push_back(std::move(*statement));
    }
    auto applied = apply(empty(), std::move(statements), ApplyMode::update);
    if (!applied) return tl::make_unexpected(applied.error());
    return applied->configuration;
}

std::string error_of(const std::string& text) {
    auto result = load(text);
    return result ? "" : result.error().message;
}

const char* kExample =
    "node n1\n"
    "primitive a Dummy params fake=\"a b\" op monitor interval=10s timeout=20s meta target-role=Started\n"
    "primitive b ocf:pacemaker:Stateful op monitor interval=60s OCF_CHECK_LEVEL=10\n"
    "primitive c systemd:c\n"
    "group g a c\n"
    "clone m b meta promotable=true\n"
    "location l1 g rule -inf: not_defined pingd or pingd number:lte 0\n"
    "location l2 { g ( m ) } 100: n1\n"
    "colocation c1 inf: g m:Promoted\n"
    "order o1 Mandatory: [ g m sequential=true ] a\n"
    "tag t: a g\n"
    "rsc_defaults nights: rule date spec hours=22-23 resource-stickiness=100\n"
    "role r read cib write meta:a:target-role\n"
    "acl_target joe r\n"
    "alert al \"/bin/x\" select nodes attributes { k } to { \"/tmp/y\" } meta timeout=3s\n"
    "property stonith-enabled=false\n";

}  // namespace

TEST_CASE("what is printed reads back to the same") {
    auto first = load(kExample);
    REQUIRE(first);
    PrintOptions options;
    options.exact = true;
    const std::string text = print_all(*first, options);
    INFO(text);
    CHECK(text.find("xml <") == std::string::npos);
    auto second = load(text);
    REQUIRE(second);
    CHECK(print_all(*second, options) == text);
}

TEST_CASE("ids follow the object") {
    auto configuration = load("primitive a Dummy params x=1 params y=2 op monitor interval=10s");
    REQUIRE(configuration);
    for (const char* id : {"a-instance_attributes", "a-instance_attributes-x", "a-instance_attributes-0",
                           "a-instance_attributes-0-y", "a-monitor-10s"}) {
        CHECK(configuration->find_by_id(id) != nullptr);
    }
}

TEST_CASE("errors point at the token") {
    CHECK(error_of("primitve a Dummy").find("did you mean 'primitive'") != std::string::npos);
    CHECK(error_of("primitive a Nothing").find("'Nothing'") != std::string::npos);
    CHECK(error_of("node n1\norder o Sometimes: a b").find("line 2: order: unknown kind 'Sometimes'") != std::string::npos);
    CHECK(error_of("location l a 10x: n").find("'10x:'") != std::string::npos);
    CHECK(error_of("clone c ghost").find("'ghost'") != std::string::npos);
    CHECK(error_of("primitive a Dummy\nprimitive a Dummy").find("defined twice") != std::string::npos);
    CHECK(error_of("primitive a Dummy params x=\"y").find("no closing quotation") != std::string::npos);
    const auto marked = error_of("colocation c maybe: a b");
    CHECK(marked.find("\n  colocation c maybe: a b\n               ^^^^^^") != std::string::npos);
}

TEST_CASE("references lead to the object's own part") {
    auto configuration = load("primitive a Dummy operations $id=ops op monitor interval=5s\nprimitive b Dummy operations $id-ref=a");
    REQUIRE(configuration);
    CHECK(configuration->find_by_id("b")->child("operations")->get("id-ref") == "ops");
    CHECK(error_of("primitive a Dummy operations $id-ref=nowhere").find("'nowhere'") != std::string::npos);
}

TEST_CASE("deleting takes references along and keeps members") {
    auto configuration = load("primitive a Dummy\nprimitive b Dummy\nprimitive c Dummy\ngroup g a b\norder o c g\nlocation l c 1: n\ntag t: a c");
    REQUIRE(configuration);
    std::vector<std::string> also;
    auto left = remove_objects(*configuration, {"g"}, also);
    REQUIRE(left);
    CHECK(left->find_by_id("a") != nullptr);
    CHECK(left->find_by_id("o") == nullptr);
    auto less = remove_objects(*configuration, {"c"}, also);
    REQUIRE(less);
    CHECK(less->find_by_id("l") == nullptr);
    CHECK(less->find_by_id("t")->children().size() == 1);
    CHECK(!remove_objects(*configuration, {"ghost"}, also));
}

TEST_CASE("what the language has no words for is printed as XML") {
    xml::Element e{"rsc_order"};
    e.set("id", "o").set("first", "a").set("then", "b").set("unheard-of", "1");
    PrintOptions options;
    CHECK(print({"order", "o", &e, nullptr}, options) == "xml " + xml::write_compact(e));
}
