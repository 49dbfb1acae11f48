#include <fmt/format.h>

#include "base/os/files.h"
#include "base/text.h"
#include "base/xml/parse.h"
#include "base/xml/write.h"
#include "base/xml/xpath.h"
#include "cib/change/acl.h"
#include "cib/model/cib.h"
#include "cib/model/write.h"
#include "tools/classic/cib_digest.h"
#include "tools/classic/cib_upgrade.h"
#include "tools/classic/programs.h"
#include "tools/classic/store.h"

namespace muster::classic {
namespace {

const std::vector<Option>& known_options() {
    static const std::vector<Option> kOptions = {
        {"query", 'Q', Takes::nothing, "Show the CIB or a part of it"},
        {"create", 'C', Takes::nothing, "Create an object; fails if it is there"},
        {"modify", 'M', Takes::nothing, "Merge into an object; fails if it is not there (unless -c)"},
        {"replace", 'R', Takes::nothing, "Replace an object or section"},
        {"delete", 'D', Takes::nothing, "Delete the first object whose name and attributes match"},
        {"delete-all", 'd', Takes::nothing, "With --xpath: delete every match"},
        {"patch", 'P', Takes::nothing, "Apply a patch made by crm_diff"},
        {"upgrade", 'u', Takes::nothing, "Bring the configuration to the newest syntax"},
        {"erase", 'E', Takes::nothing, "Erase the contents of the whole CIB"},
        {"bump", 'B', Takes::nothing, "Increase the epoch by 1"},
        {"empty", 'a', Takes::maybe, "Print an empty CIB"},
        {"md5-sum", '5', Takes::nothing, "Digest of the CIB as it is on disk"},
        {"md5-sum-versioned", '6', Takes::nothing, "Digest of the CIB as it is sent"},
        {"show-access", 'S', Takes::maybe, "With -Q and -U: what the user may see"},
        {"force", 'f', Takes::nothing, "Do it although it is dangerous"},
        {"timeout", 't', Takes::value, "Seconds to wait for an answer"},
        {"user", 'U', Takes::value, "Act with the rights of this user"},
        {"sync-call", 's', Takes::nothing, "Wait for the call to complete (always done)"},
        {"local", 'l', Takes::nothing, "Ask the local node (always done)"},
        {"allow-create", 'c', Takes::nothing, "With -M: create what is not there"},
        {"no-children", 'n', Takes::nothing, "With -Q: only the element itself"},
        {"score", 0, Takes::nothing, "With -M: name++ and name+=N are arithmetic (always on)"},
        {"xml-text", 'X', Takes::value, "XML from the argument"},
        {"xml-file", 'x', Takes::value, "XML from a file"},
        {"xml-pipe", 'p', Takes::nothing, "XML from standard input"},
        {"scope", 'o', Takes::value, "Section to work on"},
        {"obj_type", 0, Takes::value, "", "scope"},
        {"xpath", 'A', Takes::value, "XPath to work on"},
        {"node-path", 'e', Takes::nothing, "With an XPath query: where the matches are"},
        {"node", 'N', Takes::value, "Ask this node"},
    };
    static const std::vector<Option> all = with_common(kOptions);
    return all;
}

constexpr const char* kDangerous =
    "The supplied command is considered dangerous.  To prevent accidental destruction of the cluster, the --force "
    "flag is required in order to proceed.\n";

Exit failed(Context& context, const Error& error) {
    context.err += fmt::format("Call failed: {}\n", classic_words(error));
    if (!error.message.empty()) context.err += fmt::format("({})\n", error.message);
    return exit_of(error);
}

Result<std::optional<xml::Element>> read_input(Context& context, const Options& options) {
    std::string bytes;
    if (options.has("xml-text")) {
        bytes = options.get("xml-text");
    } else if (options.has("xml-file") || options.has("xml-pipe")) {
        auto read = options.has("xml-file") ? os::read_file(options.get("xml-file")) : context.read_stdin();
        if (!read) return tl::make_unexpected(Error{ErrorCode::io, read.error().message});
        bytes = std::move(*read);
    } else {
        return std::optional<xml::Element>{};
    }
    auto parsed = xml::parse(bytes);
    if (!parsed) return fail("the given XML cannot be read: " + parsed.error().message);
    return std::optional<xml::Element>{std::move(*parsed)};
}

std::optional<cib::Verb> verb_of(const Options& options) {
    std::optional<cib::Verb> verb;
    static const std::map<std::string, cib::Verb> kVerbs = {
        {"query", cib::Verb::query},     {"create", cib::Verb::create}, {"modify", cib::Verb::modify},
        {"replace", cib::Verb::replace}, {"delete", cib::Verb::remove}, {"delete-all", cib::Verb::remove_all},
        {"erase", cib::Verb::erase},     {"bump", cib::Verb::bump}};
    for (const auto& name : options.order()) {
        if (const auto found = kVerbs.find(name); found != kVerbs.end()) verb = found->second;
    }
    return verb;
}

// What create could not do, as XML: the object and the reason.
void print_failed_create(Context& context, const xml::Element& input, const Error& error, bool of_children) {
    const xml::Element* object = &input;
    if (of_children) {
        for (const auto& c : input.children()) {
            if (!c.is_comment()) {
                object = &c;
                break;
            }
        }
    }
    xml::Element update{"failed_update"};
    update.set("id", object->id());
    update.set("object_type", object->name());
    update.set("operation", "cib_create");
    update.set("reason", classic_words(error));
    update.add(*object);
    xml::Element all{"failed"};
    all.add(std::move(update));
    context.out += xml::write_pretty(all);
}

Exit show_paths(Context& context, Store& store, const std::string& xpath) {
    auto document = store.read();
    if (!document) return failed(context, document.error());
    const auto matches = xml::select(*document, xpath);
    if (!matches) return failed(context, matches.error());
    if (matches->empty()) return failed(context, {ErrorCode::not_found, "nothing matches the XPath"});
    for (const auto& m : *matches) context.out += xml::to_xpath(*document, m.path) + "\n";
    return kOk;
}

// Somebody whose name no list mentions is refused before anything is looked at.
bool refused_outright(Context& context, Store& store, const cib::Operation& op) {
    if (op.verb != cib::Verb::create || store.live() || !op.input) return false;
    auto whole = file_store(context.env("CIB_file").empty() ? shadow_path(context, context.env("CIB_shadow"))
                                                            : context.env("CIB_file"),
                            context);
    Context as_root = context;
    as_root.environment.erase("CIB_user");
    auto document = file_store(context.env("CIB_file").empty() ? shadow_path(context, context.env("CIB_shadow"))
                                                               : context.env("CIB_file"),
                               as_root)
                        ->read();
    const cib::AclSubject subject{context.env("CIB_user"), {}};
    return document && cib::acl_applies(*document, subject) && !cib::acl_knows(*document, subject);
}

Exit carry_out(Context& context, Store& store, const cib::Operation& op) {
    auto outcome = store.apply(op);
    if (outcome) {
        if (outcome->result) context.out += xml::write_pretty(*outcome->result);
        return kOk;
    }
    for (const auto& c : store.complaints()) context.err += cib::to_string(c) + "\n";
    const Exit status = failed(context, outcome.error());
    if (op.verb == cib::Verb::create && op.input) {
        const bool of_children = op.input->name() == op.section;
        if (outcome.error().code == ErrorCode::exists || refused_outright(context, store, op)) {
            print_failed_create(context, *op.input, outcome.error(), of_children);
        }
    }
    return status;
}

Exit print_digest(Context& context, const Options& options) {
    auto input = read_input(context, options);
    if (!input) return failed(context, input.error());
    if (!*input) {
        auto store = open_store(context);
        if (!store) return failed(context, store.error());
        auto document = (*store)->read();
        if (!document) return failed(context, document.error());
        *input = std::move(*document);
    }
    const std::string digest = options.has("md5-sum") ? digest_on_disk(**input) : digest_on_wire(**input);
    context.err += "Digest: ";
    context.out += digest + "\n";
    return kOk;
}

Exit print_empty(Context& context, const Options& options) {
    xml::Element empty = cib::to_element(cib::empty_cib());
    if (const auto schema = options.get("empty"); !schema.empty()) empty.set("validate-with", schema);
    if (!empty.child("status")) empty.add(xml::Element{"status"});
    context.out += xml::write_pretty(empty);
    return kOk;
}

Exit run(Context& context, const Options& options) {
    if (options.has("empty")) return print_empty(context, options);
    if (options.has("md5-sum") || options.has("md5-sum-versioned")) return print_digest(context, options);
    const bool force = options.has("force");
    const auto verb = verb_of(options);
    const bool upgrade = options.has("upgrade");
    if (!verb && !upgrade && !options.has("patch")) {
        context.err += "You must specify a command: --query, --create, --modify, --replace, --delete, ...\n";
        return kUsage;
    }
    if (!force && (upgrade || options.has("erase") || options.has("delete-all"))) {
        context.err += kDangerous;
        return kUnsafe;
    }
    if (options.has("user")) context.environment["CIB_user"] = options.get("user");
    auto store = open_store(context);
    if (!store) return failed(context, store.error());
    if (upgrade) return upgrade_cib(context, **store, options.count("verbose") > 0);
    auto input = read_input(context, options);
    if (!input) return failed(context, input.error());
    if (options.has("patch")) return patch_cib(context, **store, *input);
    if (options.has("node-path") && options.has("xpath")) return show_paths(context, **store, options.get("xpath"));
    cib::Operation op;
    op.verb = *verb;
    op.section = options.get("scope");
    op.xpath = options.get("xpath");
    op.input = std::move(*input);
    op.allow_create = options.has("allow-create");
    op.expand_score = true;
    op.no_children = options.has("no-children");
    if (!cib::is_section(op.section)) {
        context.err += fmt::format("Invalid scope \"{}\": expected configuration, nodes, resources, constraints, crm_config, "
                                   "rsc_defaults, op_defaults, acls, fencing-topology, tags, alerts or status\n", op.section);
        return kUsage;
    }
    return carry_out(context, **store, op);
}

}  // namespace

Exit cibadmin(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "query and edit the cluster's configuration", known_options(), status);
    return options ? run(context, *options) : status;
}

}  // namespace muster::classic
