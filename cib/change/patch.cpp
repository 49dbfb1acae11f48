#include "cib/change/patch.h"

#include <utility>

namespace muster::cib {
namespace {

using xml::Element;

// The element at `path`, detached for editing; nullptr if there is none or it is not what the step expects.
Element* edit_target(Element& root, const Step& step) {
    Element* e = &root;
    for (const std::uint32_t i : step.path) {
        if (i >= e->children().size()) return nullptr;
        e = &e->edit_children()[i];
    }
    return e->name() == step.name && e->id() == step.id ? e : nullptr;
}

std::string where(const Step& step) {
    std::string s = step.name.empty() ? "comment" : step.name;
    if (!step.id.empty()) s += "[@id='" + step.id + "']";
    return s;
}

Result<void> misfit(const Step& step, const char* what) {
    return fail(ErrorCode::internal, "the change does not fit the document: " + where(step) + ": " + what);
}

Result<void> move_child(std::vector<Element>& children, const Step& step) {
    if (step.position >= children.size() || step.to >= children.size())
        return misfit(step, "no such child to move");
    Element moved = std::move(children[step.position]);
    children.erase(children.begin() + static_cast<std::ptrdiff_t>(step.position));
    children.insert(children.begin() + static_cast<std::ptrdiff_t>(step.to), std::move(moved));
    return {};
}

Result<void> apply_step(Element& root, const Step& step) {
    Element* target = edit_target(root, step);
    if (!target) return misfit(step, "not found at its place");
    switch (step.kind) {
        case StepKind::set:
            target->set(step.attribute, step.value);
            return {};
        case StepKind::unset:
            if (!target->unset(step.attribute)) return misfit(step, "no such attribute");
            return {};
        case StepKind::text:
            target->set_text(step.value);
            return {};
        case StepKind::move:
            return move_child(target->edit_children(), step);
        case StepKind::insert: {
            auto& children = target->edit_children();
            if (step.position > children.size()) return misfit(step, "no such place to insert");
            children.insert(children.begin() + static_cast<std::ptrdiff_t>(step.position), step.subtree);
            return {};
        }
        case StepKind::remove: {
            auto& children = target->edit_children();
            if (step.position >= children.size()) return misfit(step, "no such child to remove");
            children.erase(children.begin() + static_cast<std::ptrdiff_t>(step.position));
            return {};
        }
    }
    return misfit(step, "unknown kind of step");
}

std::string line_of(const Step& s) {
    switch (s.kind) {
        case StepKind::set:
            return "set " + where(s) + " " + s.attribute + "=" + s.value;
        case StepKind::unset:
            return "unset " + where(s) + " " + s.attribute;
        case StepKind::text:
            return "text of " + where(s);
        case StepKind::insert:
            return "insert " + s.subtree.name() + " " + s.subtree.id() + " into " + where(s);
        case StepKind::remove:
            return "remove child " + std::to_string(s.position) + " of " + where(s);
        case StepKind::move:
            return "move child " + std::to_string(s.position) + " of " + where(s) + " to " +
                   std::to_string(s.to);
    }
    return {};
}

}  // namespace

Result<void> apply(Element& document, const Patch& patch) {
    Element copy = document;
    for (const Step& step : patch.steps) {
        if (auto done = apply_step(copy, step); !done) return done;
    }
    document = std::move(copy);
    return {};
}

std::string describe(const Patch& patch) {
    std::string text;
    for (const Step& step : patch.steps) text += line_of(step) + "\n";
    return text;
}

}  // namespace muster::cib
