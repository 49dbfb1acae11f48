// The configure level in the command table.
#include "tools/crm/configure/commands.h"
#include "tools/crm/table/all.h"

namespace muster::crm {
namespace {

struct Row {
    const char* name;
    std::vector<std::string> aliases;
    const char* arguments;
    const char* summary;
    const char* help;
    std::vector<Want> wants;
    std::size_t least;
};

const std::vector<Row>& object_rows() {
    using W = Want;
    static const std::vector<Row> rows{
        {"primitive", {"resource"},
         "<id> [<class>:[<provider>:]]<type>|@<template> [description=<text>] [params <attributes>] [meta <attributes>] "
         "[utilization <attributes>] [operations $id=<id>|$id-ref=<id>] [op <name> [<attribute>=<value>...] "
         "[op_params <attributes>] [op_meta <attributes>]]...",
         "Define a resource",
         "attributes are [$id=<id>] [<score>:] [rule <expression>] <name>=<value>..., or $id-ref=<id> of another set.\n"
         "$<name>:<parameter>=<value> gives a value a name, @<name> uses it elsewhere.\n\n"
         "Example:\n  primitive vip IPaddr2 params ip=10.0.0.1 op monitor interval=10s timeout=20s",
         {W::word, W::agent, W::parameter}, 1},
        {"rsc_template", {"template"}, "<id> <agent> [params ...] [meta ...] [op ...]", "Define a template for resources",
         "A primitive takes it over with @<id>; what it says itself wins.", {W::word, W::agent, W::parameter}, 1},
        {"group", {}, "<id> <rsc> [<rsc>...] [description=<text>] [meta <attributes>] [params <attributes>]",
         "Resources that run together and start in order", "", {W::word, W::resource}, 1},
        {"clone", {}, "<id> <rsc> [description=<text>] [meta <attributes>]", "A resource that runs on several nodes",
         "meta promotable=true makes a promotable clone.", {W::word, W::resource, W::meta}, 1},
        {"ms", {"master"}, "<id> <rsc> [meta <attributes>]", "A promotable clone (older word)", "", {W::word, W::resource, W::meta}, 1},
        {"bundle", {}, "<id> docker|podman image=<image> [<attribute>=<value>...] [network ...] [storage ...] [primitive <id>] [meta ...]",
         "A resource in containers", "", {W::word, W::keyword}, 1},
        {"location", {"rsc_location"},
         "<id> <rsc>|/<pattern>/|{ <set> } [role=<role>] [resource-discovery=always|never|exclusive] <score>: <node> | rule "
         "[$role=<role>] <score>: <expression> [and|or <expression>...]",
         "Where a resource may or should run",
         "Expressions: <attribute> eq|ne|lt|gt|lte|gte <value>, defined <attribute>, not_defined <attribute>,\n"
         "date in start=<date> end=<date>, date lt|gt <date>, date spec hours=9-17 weekdays=1-5.\n\n"
         "Example:\n  location web-home web 100: node1\n  location web-ping web rule -inf: not_defined pingd or pingd lte 0",
         {W::word, W::resource, W::score, W::node}, 1},
        {"colocation", {"collocation", "rsc_colocation"}, "<id> <score>: <rsc>[:<role>] <with-rsc>[:<role>] [node-attribute=<name>]",
         "Resources on the same node, or apart",
         "The first depends on the second.  Sets: ( a b ) do not depend on each other; [ ] one is enough.",
         {W::word, W::score, W::resource}, 1},
        {"order", {"rsc_order"}, "<id> [Mandatory|Optional|Serialize:] <first>[:<action>] <then>[:<action>] [symmetrical=true|false]",
         "What starts before what", "Sets as for colocation.", {W::word, W::keyword, W::resource}, 1},
        {"rsc_ticket", {}, "<id> <ticket>: <rsc>[:<role>]... [loss-policy=stop|demote|fence|freeze]", "Resources that need a ticket", "",
         {W::word, W::ticket, W::resource}, 1},
        {"property", {}, "[<set>:] [rule <expression>] <name>=<value>...", "Options of the cluster",
         "Example:\n  property no-quorum-policy=stop stonith-timeout=90s", {W::property}, 1},
        {"rsc_defaults", {}, "[<set>:] [rule <expression>] <name>=<value>...", "Defaults of meta attributes", "", {W::meta}, 1},
        {"op_defaults", {}, "[<set>:] [rule <expression>] <name>=<value>...", "Defaults of operations", "", {W::operation}, 1},
        {"fencing_topology", {}, "[<node>:|attr:<name>=<value>|pattern:<regexp>] <device>[,<device>] ...",
         "Which fence devices are used for which node, level by level", "", {W::device}, 0},
        {"node", {}, "[$id=<id>] <name>[:member|remote] [description=<text>] [attributes <attributes>] [utilization <attributes>]",
         "A node and its attributes", "", {W::node, W::keyword}, 1},
        {"tag", {}, "<id>: <object>...", "A name for several objects", "", {W::word, W::object}, 1},
        {"alert", {}, "<id> <path> [attributes ...] [meta ...] [select nodes fencing resources attributes { ... }] [to { <recipient> ... }]",
         "Who is told of events", "", {W::word, W::file, W::keyword}, 1},
        {"role", {}, "<id> read|write|deny <what>... ", "What a role of access control may do",
         "what: xpath:<xpath>, ref:<id>, type:<element> attr:<name>, or meta:<rsc>[:<name>], params:<rsc>, location:<rsc>,\n"
         "property[:<name>], node[:<name>], nodeattr[:<name>], status, cib.", {W::word, W::keyword}, 1},
        {"acl_target", {"user"}, "<user> <role>...", "Roles of a user", "", {W::word, W::acl_role}, 1},
        {"acl_group", {}, "<group> <role>...", "Roles of a group of users", "", {W::word, W::acl_role}, 1},
        {"xml", {}, "<element>", "An object as XML", "", {W::nothing}, 1},
    };
    return rows;
}

void add_objects(Table& table) {
    for (const auto& r : object_rows()) {
        table.add({"configure", r.name, r.aliases, r.arguments, r.summary, r.help, r.wants, {}, r.least, 100000, true, define_object});
    }
}

void add_editing(Table& t) {
    using W = Want;
    const std::string l = "configure";
    t.add({l, "show", {}, "[xml] [<id>|type:<kind>|tag:<tag>|related:<id>|changed [and|or ...]]", "Show the configuration",
           "What is shown can be read again (crm configure load).", {W::object}, {"xml", "changed"}, 0, 1000, false, show});
    t.add({l, "save", {}, "[xml] [<selection>] <file>", "Save the configuration", "A file - is the standard output.", {W::file}, {}, 1, 1000, false, save});
    t.add({l, "load", {}, "[xml] [replace|update|push] <file>", "Read a configuration from a file",
           "update makes or changes what the file names; replace and push drop everything else but nodes.",
           {W::keyword, W::file}, {"update", "replace", "push", "xml"}, 1, 3, true, load});
    t.add({l, "edit", {}, "[xml] [<id>...|changed]", "Edit objects as text", "Uses $EDITOR.", {W::object}, {"xml", "changed"}, 0, 1000, true, edit});
    t.add({l, "filter", {}, "<command> [xml] [<id>...]", "Change objects by a command that reads and writes text", "", {W::word, W::object}, {}, 1, 1000, true, filter});
    t.add({l, "monitor", {}, "<rsc>[:<role>] <interval>[:<timeout>]", "Add a monitor operation", "", {W::resource, W::word}, {}, 2, 2, true, define_object});
    t.add({l, "modgroup", {}, "<group> add <rsc> [after|before <rsc>] | <group> remove <rsc>", "Change the members of a group", "",
           {W::container, W::keyword, W::resource}, {"add", "remove", "after", "before"}, 3, 5, true, modgroup});
    t.add({l, "set", {}, "<id>.[<operation>.][<interval>.]<attribute> <value>", "Set one value", "", {W::set_path, W::word}, {}, 2, 2, true, set_attribute});
    t.add({l, "delete", {"del"}, "[--force] <id> [<id>...]", "Delete objects and what refers to them", "", {W::object}, {}, 1, 1000, true, delete_objects});
    t.add({l, "rename", {}, "<id> <new id>", "Rename an object", "", {W::object, W::word}, {}, 2, 2, true, rename});
    t.add({l, "erase", {}, "[nodes]", "Delete everything (nodes only if asked)", "", {W::keyword}, {"nodes"}, 0, 1, true, erase});
    t.add({l, "undo", {}, "", "Take the last change of this session back", "", {}, {}, 0, 0, false, undo});
    t.add({l, "diff", {}, "", "Show what this session changed", "", {}, {}, 0, 0, false, diff});
    t.add({l, "refresh", {}, "", "Begin again with what is stored", "", {}, {}, 0, 0, false, refresh});
    t.add({l, "verify", {}, "", "Check the configuration", "", {}, {}, 0, 0, false, verify});
    t.add({l, "commit", {}, "[force] [replace]", "Store the changes", "", {W::keyword}, {"force", "replace"}, 0, 2, true, commit_command});
    t.add({l, "get_property", {"get-property"}, "[-t] <name>", "Show an option of the cluster", "-t: exit status 0 if it is true.", {W::property}, {}, 1, 2, false, get_property});
}

}  // namespace

void add_configure(Table& table) {
    add_objects(table);
    add_editing(table);
}

}  // namespace muster::crm
