// show, save, load, edit, filter.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <iterator>

#include "base/os/files.h"
#include "base/text.h"
#include "base/xml/write.h"
#include "cib/model/write.h"
#include "tools/crm/configure/commands.h"
#include "tools/crm/configure/editor.h"
#include "tools/crm/configure/text.h"
#include "tools/crm/lang/print.h"
#include "tools/crm/shell/child.h"

namespace muster::crm {

using xml::Element;

namespace {

std::vector<std::string> texts(const Args& args, std::size_t from = 0) {
    std::vector<std::string> out;
    for (std::size_t i = from; i < args.size(); ++i) out.push_back(args[i]);
    return out;
}

PrintOptions print_options(const Element& configuration, bool exact, bool hide) {
    PrintOptions out;
    out.exact = exact;
    out.hide_secrets = hide;
    collect_references(configuration, out.referenced);
    return out;
}

std::string as_text(const std::vector<Object>& objects, const PrintOptions& options) {
    std::string out;
    for (const auto& o : objects) out += print(o, options) + "\n";
    return out;
}

// The chosen elements in their sections; members stay in their containers.
std::string as_xml(const Element& configuration, const std::vector<Object>& chosen, bool all) {
    if (all) return "<?xml version=\"1.0\"?>\n" + xml::write_pretty(configuration);
    std::string out;
    for (const auto& o : chosen) out += xml::write_pretty(*o.element);
    return out;
}

struct Listing {
    std::string text;
};

Result<Listing> listing(Context& context, std::vector<std::string> words, bool exact, bool hide) {
    auto editor = context.editing();
    if (!editor) return tl::make_unexpected(editor.error());
    const Element& configuration = (*editor)->configuration();
    const bool xml = !words.empty() && words.front() == "xml";
    if (xml) words.erase(words.begin());
    auto chosen = select(configuration, words, (*editor)->touched, exact);
    if (!chosen) return tl::make_unexpected(chosen.error());
    if (xml) return Listing{as_xml(configuration, *chosen, words.empty())};
    return Listing{as_text(*chosen, print_options(configuration, exact, hide))};
}

// Text or XML becomes the session's working copy.
int take_in(Context& context, const std::string& text, bool is_xml, const Element& onto, ApplyMode mode) {
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    if (is_xml) {
        auto configuration = parse_configuration_xml(text);
        if (!configuration) return context.fail(configuration.error());
        for (const auto& o : objects(*configuration)) (*editor)->touched.insert(o.id);
        (*editor)->put(std::move(*configuration));
        return kOk;
    }
    auto statements = parse_text(text, onto);
    if (!statements) return context.fail(statements.error());
    auto applied = apply(onto, std::move(*statements), mode);
    if (!applied) return context.fail(applied.error());
    (*editor)->touched.insert(applied->touched.begin(), applied->touched.end());
    (*editor)->put(std::move(applied->configuration));
    return kOk;
}

}  // namespace

int show(Context& context, const Args& args) {
    auto words = texts(args);
    bool hide = true;
    std::erase_if(words, [&](const std::string& w) { return starts_with(w, "obscure:"); });
    if (context.options.output == "xml" && (words.empty() || words[0] != "xml")) words.insert(words.begin(), "xml");
    auto text = listing(context, words, false, hide);
    if (!text) return context.fail(text.error());
    context.out << text->text;
    return kOk;
}

int save(Context& context, const Args& args) {
    auto words = texts(args);
    const std::string path = words.back();
    words.pop_back();
    auto text = listing(context, words, true, false);
    if (!text) return context.fail(text.error());
    if (path == "-") {
        context.out << text->text;
        return kOk;
    }
    if (auto done = os::write_file_atomic(path, text->text, 0600); !done) return context.fail(done.error());
    return kOk;
}

int load(Context& context, const Args& given) {
    Args args = given;
    const bool is_xml = args.take("xml");
    std::string method = "update";
    if (args.size() > 1) method = args[0];
    if (args.empty() || args.size() > 2 || (method != "update" && method != "replace" && method != "push")) {
        return context.usage(args, "load: expected update, replace or push, and a file");
    }
    const std::string path = args.words.back().text;
    std::string text;
    if (path == "-") {
        text.assign(std::istreambuf_iterator<char>{std::cin}, {});
    } else {
        auto bytes = os::read_file(path);
        if (!bytes) return context.fail(bytes.error());
        text = std::move(*bytes);
    }
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    const Element& now = (*editor)->configuration();
    if (is_xml || starts_with(trim(text), "<")) return take_in(context, text, true, now, ApplyMode::replace);
    if (method == "update") return take_in(context, text, false, now, ApplyMode::update);
    // replace: only what the text says, but nodes that it does not name stay.
    return take_in(context, text, false, erased(now, false), ApplyMode::replace);
}

namespace {

// What the person left out of the text is deleted.
int put_edited(Context& context, const std::string& before, const std::string& after, const std::vector<Object>& chosen,
               bool is_xml) {
    if (after == before) return kOk;
    auto editor = context.editing();
    Element onto = (*editor)->configuration();
    if (is_xml) return take_in(context, after, true, onto, ApplyMode::replace);
    auto statements = parse_text(after, onto);
    if (!statements) return context.fail(statements.error());
    std::set<std::string> kept;
    for (const auto& s : *statements) kept.insert(s.keyword == "node" ? s.element.get("uname") : s.element.id());
    std::vector<std::string> gone;
    for (const auto& o : chosen) {
        if (o.id != "fencing_topology" && kept.count(o.id) == 0) gone.push_back(o.id);
    }
    if (!gone.empty()) {
        std::vector<std::string> also;
        auto left = remove_objects(onto, gone, also);
        if (!left) return context.fail(left.error());
        onto = std::move(*left);
    }
    auto applied = apply(onto, std::move(*statements), ApplyMode::replace);
    if (!applied) return context.fail(applied.error());
    (*editor)->touched.insert(applied->touched.begin(), applied->touched.end());
    (*editor)->put(std::move(applied->configuration));
    return kOk;
}

}  // namespace

int edit(Context& context, const Args& args) {
    auto words = texts(args);
    const bool is_xml = !words.empty() && words[0] == "xml";
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    auto text = listing(context, words, true, false);
    if (!text) return context.fail(text.error());
    if (is_xml) words.erase(words.begin());
    auto chosen = select((*editor)->configuration(), words, (*editor)->touched, true);
    if (!chosen) return context.fail(chosen.error());
    const char* editor_name = std::getenv("EDITOR");
    const std::string path = "/tmp/crm-edit." + std::to_string(getpid());
    if (auto done = os::write_file_atomic(path, text->text, 0600); !done) return context.fail(done.error());
    const std::string command = std::string{editor_name != nullptr && *editor_name ? editor_name : "vi"} + " " + path;
    const int status = std::system(command.c_str());
    auto after = os::read_file(path);
    unlink(path.c_str());
    if (status != 0) return context.fail("edit: '" + command + "' failed; nothing was changed");
    if (!after) return context.fail(after.error());
    return put_edited(context, text->text, *after, *chosen, is_xml);
}

int filter(Context& context, const Args& args) {
    auto words = texts(args, 1);
    const bool is_xml = !words.empty() && words[0] == "xml";
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    auto text = listing(context, words, true, false);
    if (!text) return context.fail(text.error());
    if (is_xml) words.erase(words.begin());
    auto chosen = select((*editor)->configuration(), words, (*editor)->touched, true);
    if (!chosen) return context.fail(chosen.error());
    auto result = run_shell(args[0], text->text);
    if (!result) return context.fail(result.error());
    return put_edited(context, text->text, *result, *chosen, is_xml);
}

}  // namespace muster::crm
