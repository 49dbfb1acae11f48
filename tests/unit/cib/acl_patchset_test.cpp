// Rights on the document, and the patch format of crm_diff.
#include "base/xml/parse.h"
#include "base/xml/write.h"
#include "cib/change/acl.h"
#include "cib/change/operation.h"
#include "cib/change/patchset.h"
#include "tests/catch.h"

using namespace muster;

namespace {

xml::Element tree(std::string_view text) {
    auto parsed = xml::parse(text);
    REQUIRE(parsed);
    return *parsed;
}

xml::Element with_acls(const std::string& acls) {
    return tree(R"(<cib admin_epoch="0" epoch="5" num_updates="0"><configuration>
      <crm_config><cluster_property_set id="o"><nvpair id="o-e" name="enable-acl" value="true"/></cluster_property_set></crm_config>
      <nodes/><resources><primitive id="a" class="lsb" type="x"><meta_attributes id="m"><nvpair id="r" name="target-role" value="Started"/></meta_attributes></primitive></resources>
      <constraints/><acls>)" + acls + "</acls></configuration><status/></cib>");
}

const std::string kRoles = R"(<acl_target id="ann"><role id="watch"/></acl_target><acl_target id="bob"><role id="boss"/></acl_target>
  <acl_group id="ops"><role id="watch"/></acl_group>
  <acl_role id="watch"><acl_permission id="w1" kind="read" xpath="/cib"/><acl_permission id="w2" kind="write" xpath="//nvpair[@name='target-role']"/>
    <acl_permission id="w3" kind="deny" xpath="//acls"/></acl_role>
  <acl_role id="boss"><acl_permission id="b1" kind="deny" xpath="/cib"/><acl_permission id="b2" kind="write" xpath="//resources"/></acl_role>)";

bool may(const xml::Element& cib, const std::string& user, cib::Verb verb, const std::string& section, std::string_view input) {
    cib::Operation op;
    op.verb = verb;
    op.section = section;
    op.input = tree(input);
    const auto done = cib::apply(cib, op);
    REQUIRE(done);
    const auto allowed = cib::acl_check_change(cib, done->document, {user, {}});
    if (!allowed) CHECK(allowed.error().code == ErrorCode::permission);
    return allowed.has_value();
}

}  // namespace

TEST_CASE("rights: the nearest permission counts, deny wins, root may all") {
    const auto cib = with_acls(kRoles);
    const auto role = R"(<nvpair id="r" value="Stopped"/>)";
    const auto fresh = R"(<primitive id="b" class="lsb" type="y"/>)";
    CHECK(may(cib, "ann", cib::Verb::modify, "resources", role));
    CHECK_FALSE(may(cib, "ann", cib::Verb::create, "resources", fresh));
    CHECK(may(cib, "bob", cib::Verb::create, "resources", fresh));
    CHECK_FALSE(may(cib, "bob", cib::Verb::modify, "crm_config", R"(<nvpair id="o-e" value="false"/>)"));
    CHECK_FALSE(may(cib, "eve", cib::Verb::modify, "resources", role));
    CHECK_FALSE(may(cib, "ann", cib::Verb::remove, "resources", R"(<primitive id="a"/>)"));
    CHECK(may(cib, "root", cib::Verb::remove, "resources", R"(<primitive id="a"/>)"));
    CHECK(cib::acl_check_change(cib, cib, {"x", {"ops"}}));
}

TEST_CASE("rights: what may be seen") {
    const auto cib = with_acls(kRoles);
    const auto ann = cib::acl_filter(cib, {"ann", {}});
    REQUIRE(ann);
    CHECK(ann->find_by_id("r"));
    CHECK_FALSE(ann->find_by_id("watch"));
    const auto bob = cib::acl_filter(cib, {"bob", {}});
    REQUIRE(bob);
    CHECK_FALSE(bob->has("epoch"));
    CHECK(bob->find_by_id("a")->get("type") == "x");
    CHECK_FALSE(bob->find_by_id("o-e"));
    CHECK_FALSE(cib::acl_filter(cib, {"eve", {}}));
    CHECK(cib::acl_filter(cib, {"eve", {"ops"}}));
}

TEST_CASE("a patch leads from one document to the other, and only from that one") {
    const auto from = tree(R"(<cib admin_epoch="0" epoch="5" num_updates="3"><configuration><!-- one --><resources><!-- c -->
      <primitive id="a" class="x"/><primitive id="b" class="x"/><primitive id="c" class="x"/></resources></configuration></cib>)");
    const auto to = tree(R"(<cib admin_epoch="0" epoch="6" num_updates="0"><configuration><resources>
      <primitive id="c" class="y" foo="1"/><primitive id="d"><operations/></primitive><!-- c --><primitive id="a"/></resources><!-- two --></configuration></cib>)");
    const auto patch = cib::make_patchset(from, to, true);
    REQUIRE(cib::has_changes(patch));
    const auto done = cib::apply_patchset(from, patch);
    REQUIRE(done);
    CHECK(xml::write_pretty(*done) == xml::write_pretty(to));
    const auto again = cib::apply_patchset(to, patch);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ErrorCode::old);
    CHECK_FALSE(cib::has_changes(cib::make_patchset(from, from, true)));
    CHECK_FALSE(cib::apply_patchset(from, tree(R"(<diff format="2"><change operation="delete" path="//primitive[@id='zz']"/></diff>)")));
    CHECK_FALSE(cib::apply_patchset(from, tree(R"(<diff format="1"/>)")));
}
