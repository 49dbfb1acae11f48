// delete, rename, erase, undo, diff, refresh, verify, commit.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "tools/crm/check/checks.h"
#include "tools/crm/configure/commands.h"
#include "tools/crm/configure/commit.h"
#include "tools/crm/configure/editor.h"
#include "tools/crm/configure/text.h"
#include "tools/crm/lang/print.h"

namespace muster::crm {

using xml::Element;

int delete_objects(Context& context, const Args& given) {
    Args args = given;
    const bool long_force = args.take("--force");
    const bool force = args.take("-f") || long_force;
    std::vector<std::string> ids;
    for (const auto& w : args.words) ids.push_back(w.text);
    if (ids.empty()) return context.usage(args, "delete: name what is to be deleted");
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    std::vector<std::string> also;
    auto left = remove_objects((*editor)->configuration(), ids, also);
    if (!left) return context.fail(left.error());
    for (const auto& id : also) context.info("also deleted: " + id);
    if (force) (*editor)->forced.insert(ids.begin(), ids.end());
    (*editor)->put(std::move(*left));
    return kOk;
}

int rename(Context& context, const Args& args) {
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    auto renamed = rename_object((*editor)->configuration(), args[0], args[1]);
    if (!renamed) return context.fail(renamed.error());
    (*editor)->touched.insert(args[1]);
    (*editor)->put(std::move(*renamed));
    return kOk;
}

int erase(Context& context, const Args& args) {
    const bool nodes = !args.empty() && args[0] == "nodes";
    if (!args.empty() && !nodes) return context.usage(args, "erase: '" + args[0] + "': expected nodes");
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    (*editor)->put(erased((*editor)->configuration(), nodes));
    return kOk;
}

int undo(Context& context, const Args&) {
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    if (!(*editor)->undo()) return context.fail("undo: nothing was changed since the last commit");
    return kOk;
}

int refresh(Context& context, const Args&) {
    if (context.editor && context.editor->changed() && !context.confirm("Drop the changes that wait?")) return kError;
    context.editor.reset();
    auto editor = context.editing();
    return editor ? kOk : context.fail(editor.error());
}

namespace {

std::map<std::string, std::string> by_id(const Element& configuration) {
    PrintOptions options;
    options.exact = true;
    collect_references(configuration, options.referenced);
    std::map<std::string, std::string> out;
    for (const auto& o : objects(configuration)) out[o.keyword + " " + o.id] = print(o, options);
    return out;
}

std::string prefixed(const std::string& text, char mark) {
    std::string out;
    for (auto line : split(text, '\n')) out += mark + (" " + std::string{line}) + "\n";
    return out;
}

}  // namespace

int diff(Context& context, const Args&) {
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    const auto before = by_id((*editor)->base().configuration);
    const auto after = by_id((*editor)->configuration());
    for (const auto& [id, text] : before) {
        const auto it = after.find(id);
        if (it == after.end()) {
            context.out << prefixed(text, '-');
        } else if (it->second != text) {
            context.out << prefixed(text, '-') << prefixed(it->second, '+');
        }
    }
    for (const auto& [id, text] : after) {
        if (before.count(id) == 0) context.out << prefixed(text, '+');
    }
    return kOk;
}

bool report_findings(Context& context, const std::vector<Finding>& findings) {
    bool errors = false;
    for (const auto& f : findings) {
        if (f.error) {
            errors = true;
            context.fail(f.text);
        } else {
            context.warn(f.text);
        }
    }
    return errors;
}

int verify(Context& context, const Args&) {
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    return report_findings(context, check((*editor)->configuration(), {})) ? kError : kOk;
}

int commit_command(Context& context, const Args& given) {
    Args args = given;
    const bool force = args.take("force") || context.options.force;
    const bool replace = args.take("replace");
    if (!args.empty()) return context.usage(args, "commit: '" + args[0] + "': expected force or replace");
    return commit(context, force || replace);
}

int get_property(Context& context, const Args& given) {
    Args args = given;
    const bool as_bool = args.take("-t") || args.take("--true");
    if (args.size() != 1) return context.usage(args, "get_property: one name");
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    std::string value;
    bool found = false;
    if (const auto* section = (*editor)->configuration().child("crm_config")) {
        for (const auto& set : section->children()) {
            for (const auto& nv : set.children()) {
                if (!found && nv.get("name") == args[0]) {
                    value = nv.get("value");
                    found = true;
                }
            }
        }
    }
    if (!found) {
        const auto* rule = find_rule(property_rules(), args[0]);
        if (rule == nullptr) return context.fail("get_property: '" + args[0] + "' is not set and no option of the cluster");
        value = rule->otherwise;
    }
    if (as_bool) return parse_bool(value).value_or(false) ? kOk : kError;
    context.out << value << "\n";
    return kOk;
}

}  // namespace muster::crm
