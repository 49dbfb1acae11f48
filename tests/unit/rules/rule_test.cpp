// Rules, one kind of condition after the other (Pacemaker Explained, "Rules").
#include "cib/rules/rule.h"

#include <map>

#include "base/xml/parse.h"
#include "cib/rules/iso8601.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::cib;

namespace {

class Table final : public NameLookup {
  public:
    Table(std::initializer_list<std::pair<const std::string, std::string>> v) : values_{v} {}
    const std::string* find(std::string_view name) const override {
        const auto at = values_.find(std::string{name});
        return at == values_.end() ? nullptr : &at->second;
    }

  private:
    std::map<std::string, std::string> values_;
};

bool eval(const std::string& rule_xml, const EvalContext& context = {}) {
    const auto e = xml::parse(rule_xml);
    REQUIRE(e);
    return evaluate(*e, context, IdIndex{*e});
}

std::string expression(std::string_view operation, std::string_view value, std::string_view more = "") {
    return "<rule id='r'><expression id='e' attribute='a' operation='" + std::string{operation} + "' value='" +
           std::string{value} + "' " + std::string{more} + "/></rule>";
}

bool compare(const std::string& actual, std::string_view operation, std::string_view value,
             std::string_view type = "") {
    const Table node{{"a", actual}};
    EvalContext c;
    c.node = &node;
    return eval(expression(operation, value, type.empty() ? "" : "type='" + std::string{type} + "'"), c);
}

bool at(const std::string& date_expression, std::string_view now, std::optional<WallTime>* next = nullptr) {
    EvalContext c;
    c.now = *parse_date_time(now);
    c.next_change = next;
    return eval("<rule id='r'>" + date_expression + "</rule>", c);
}

}  // namespace

TEST_CASE("comparisons by type") {
    CHECK(compare("Foo", "eq", "foo"));  // text does not tell case
    CHECK_FALSE(compare("1.0", "eq", "1"));
    CHECK(compare("1.0", "eq", "1", "number"));
    CHECK(compare("01", "eq", "1", "integer"));
    CHECK(compare("10", "gt", "9"));
    CHECK_FALSE(compare("10", "gt", "9", "string"));
    CHECK(compare("1.55", "gt", "1.5"));
    CHECK_FALSE(compare("1.9", "gt", "1.5", "integer"));
    CHECK(compare("abd", "gt", "abc"));  // no numbers: as text
    CHECK(compare("1.10", "gt", "1.9", "version"));
    CHECK(compare("1.0", "eq", "1.0.0", "version"));
    CHECK(compare("5", "lte", "5"));
    CHECK(compare("5", "gte", "5"));
    CHECK(compare("5", "ne", "6"));
    CHECK_FALSE(compare("5", "lt", "5"));
}

TEST_CASE("an attribute that is not defined") {
    const Table nothing{};
    EvalContext c;
    c.node = &nothing;
    CHECK(eval(expression("ne", "x"), c));
    CHECK_FALSE(eval(expression("eq", "x"), c));
    CHECK_FALSE(eval(expression("lt", "1"), c));
    CHECK_FALSE(eval(expression("gte", "1"), c));
    CHECK(eval("<rule id='r'><expression id='e' attribute='a' operation='not_defined'/></rule>", c));
    CHECK_FALSE(eval("<rule id='r'><expression id='e' attribute='a' operation='defined'/></rule>", c));
}

TEST_CASE("a value that is looked up in the resource") {
    const Table node{{"a", "rack7"}};
    const Table params{{"where", "rack7"}};
    EvalContext c;
    c.node = &node;
    c.params = &params;
    CHECK(eval(expression("eq", "where", "value-source='param'"), c));
    CHECK_FALSE(eval(expression("eq", "where", "value-source='meta'"), c));
    CHECK_FALSE(eval(expression("eq", "where"), c));
}

TEST_CASE("what a pattern matched names the attribute") {
    const Table node{{"rack-7", "yes"}};
    const std::vector<std::string> matches{"db-7", "7"};
    EvalContext c;
    c.node = &node;
    c.matches = &matches;
    CHECK(eval("<rule id='r'><expression id='e' attribute='rack-%1' operation='eq' value='yes'/></rule>", c));
    CHECK(expand_matches("%0+%1+%2%%x", &matches) == "db-7+7+%%x");
    CHECK(expand_matches("%1", nullptr) == "%1");
}

TEST_CASE("boolean-op, nesting and references") {
    const std::string yes = "<expression id='y%' attribute='a' operation='not_defined'/>";
    const std::string no = "<expression id='n%' attribute='a' operation='defined'/>";
    CHECK_FALSE(eval("<rule id='r'>" + yes + no + "</rule>"));
    CHECK(eval("<rule id='r' boolean-op='or'>" + no + yes + "</rule>"));
    CHECK(eval("<rule id='r'><rule id='r2' boolean-op='or'>" + no + yes + "</rule>" + yes + "</rule>"));
    CHECK(eval("<rule id='r'/>"));

    const auto doc = xml::parse("<c><rule id='one'>" + yes + "</rule><rule id-ref='one'/><rule id-ref='two'/></c>");
    const IdIndex index{*doc};
    CHECK(evaluate(doc->children()[1], {}, index));
    std::vector<std::string> problems;
    EvalContext c;
    c.problems = &problems;
    CHECK_FALSE(evaluate(doc->children()[2], c, index));
    CHECK(problems == std::vector<std::string>{"rule id-ref=\"two\": there is no rule of that id"});
}

TEST_CASE("resources and operations") {
    EvalContext c;
    const std::string rsc = "<rule id='r'><rsc_expression id='e' class='ocf' type='IPaddr2'/></rule>";
    CHECK_FALSE(eval(rsc, c));
    c.rsc_class = "ocf";
    c.rsc_provider = "heartbeat";
    c.rsc_type = "IPaddr2";
    CHECK(eval(rsc, c));
    c.rsc_type = "Filesystem";
    CHECK_FALSE(eval(rsc, c));

    const std::string op = "<rule id='r'><op_expression id='e' name='monitor' interval='10s'/></rule>";
    CHECK_FALSE(eval(op, c));
    c.op_name = "monitor";
    c.op_interval = milliseconds{10'000};
    CHECK(eval(op, c));
    c.op_interval = milliseconds{0};
    CHECK_FALSE(eval(op, c));
    CHECK(eval("<rule id='r'><op_expression id='e' name='monitor'/></rule>", c));
}

TEST_CASE("ranges of dates, and when they change") {
    const std::string range = "<date_expression id='d' operation='in_range' start='2005-06-01' end='2005-07-01'/>";
    std::optional<WallTime> next;
    CHECK_FALSE(at(range, "2005-05-31", &next));
    CHECK(to_iso8601(*next) == "2005-06-01 00:00:00Z");
    next.reset();
    CHECK(at(range, "2005-06-01", &next));
    CHECK(to_iso8601(*next) == "2005-07-01 00:00:01Z");
    CHECK(at(range, "2005-07-01"));  // the end's first second is in
    next.reset();
    CHECK_FALSE(at(range, "2005-07-01T00:00:01", &next));
    CHECK_FALSE(next);

    const std::string lasting = "<date_expression id='d' start='2005-01-31'><duration id='u' months='1'/></date_expression>";
    CHECK(at(lasting, "2005-02-28"));
    CHECK_FALSE(at(lasting, "2005-02-28T00:00:01"));

    CHECK_FALSE(at("<date_expression id='d' operation='gt' start='2005-06-01'/>", "2005-06-01", &next));
    CHECK(to_iso8601(*next) == "2005-06-01 00:00:01Z");
    CHECK(at("<date_expression id='d' operation='gt' start='2005-06-01'/>", "2005-06-01T00:00:01"));
    CHECK(at("<date_expression id='d' operation='lt' end='2005-06-01'/>", "2005-05-31T23:59:59"));
    CHECK_FALSE(at("<date_expression id='d' operation='lt' end='2005-06-01'/>", "2005-06-01"));
    CHECK_FALSE(at("<date_expression id='d' operation='lt' end='June'/>", "2005-05-31"));
}

TEST_CASE("office hours") {
    const std::string office =
        "<date_expression id='d' operation='date_spec'><date_spec id='s' hours='9-16' weekdays='1-5'/></date_expression>";
    std::optional<WallTime> next;
    CHECK(at(office, "2005-06-03T16:59:59", &next));  // a Friday
    CHECK(to_iso8601(*next) == "2005-06-03 17:00:00Z");
    next.reset();
    CHECK_FALSE(at(office, "2005-06-03T17:00", &next));
    CHECK(to_iso8601(*next) == "2005-06-06 09:00:00Z");
    CHECK_FALSE(at(office, "2005-06-04T10:00"));

    const auto spec = [](const std::string& fields, std::string_view now) {
        return at("<date_expression id='d' operation='date_spec'><date_spec id='s' " + fields + "/></date_expression>", now);
    };
    CHECK(spec("years='2005-'", "2005-01-01"));
    CHECK_FALSE(spec("years='-2004'", "2005-01-01"));
    CHECK(spec("weekyears='2004' weeks='53'", "2005-01-01"));
    CHECK(spec("yeardays='20'", "2005-020"));
    CHECK(spec("monthdays='31' months='12'", "2005-12-31"));
    CHECK_FALSE(spec("hours='x'", "2005-12-31"));
}
