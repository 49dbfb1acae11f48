#include "cib/change/operation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/xml/xpath.h"
#include "cib/change/merge.h"

namespace muster::cib {
namespace {

using xml::Element;
using xml::Path;

bool whole(std::string_view section) { return section.empty() || section == "all" || section == "cib"; }

std::string describe(const Element& e) {
    return e.id().empty() ? fmt::format("<{}>", e.name()) : fmt::format("<{} id=\"{}\">", e.name(), e.id());
}

tl::unexpected<Error> no_section(std::string_view section) {
    if (!is_section(section)) return fail(fmt::format("there is no section \"{}\" in a CIB", section));
    return fail(ErrorCode::not_found, fmt::format("the CIB has no section \"{}\"", section));
}

Result<std::vector<Path>> selected(const Element& cib, const std::string& xpath) {
    auto matches = xml::select(cib, xpath);
    if (!matches) return tl::make_unexpected(matches.error());
    std::vector<Path> paths;
    for (auto& m : *matches) {
        if (paths.empty() || paths.back() != m.path) paths.push_back(std::move(m.path));
    }
    return paths;
}

Element shown(const Element& e, bool no_children) {
    if (!no_children) return e;
    return Element{e.name(), e.attributes()};
}

Result<Element> query_xpath(const Element& cib, const Operation& op) {
    const auto paths = selected(cib, op.xpath);
    if (!paths) return tl::make_unexpected(paths.error());
    if (paths->empty()) {
        return fail(ErrorCode::not_found, fmt::format("nothing in the CIB matches XPath \"{}\"", op.xpath));
    }
    if (paths->size() == 1) return shown(xml::at(cib, paths->front()), op.no_children);
    Element all{"xpath-query"};
    for (const auto& p : *paths) all.add(shown(xml::at(cib, p), op.no_children));
    return all;
}

Result<void> query(const Element& cib, const Operation& op, std::optional<Element>& result) {
    if (!op.xpath.empty()) {
        auto found = query_xpath(cib, op);
        if (!found) return tl::make_unexpected(found.error());
        result = std::move(*found);
        return {};
    }
    const Element* section = find_section(cib, op.section);
    if (!section) return no_section(op.section);
    result = shown(*section, op.no_children);
    return {};
}

Result<void> create_below(Element& parent, const Element& input) {
    for (const auto& child : parent.children()) {
        if (child.is_comment() || child.name() != input.name() || child.id() != input.id()) continue;
        return fail(ErrorCode::exists, fmt::format("{} exists already", describe(input)));
    }
    parent.add(input);
    return {};
}

Result<void> create_children(Element& parent, const Element& input) {
    for (const auto& child : input.children()) {
        if (child.is_comment()) continue;
        if (auto done = create_below(parent, child); !done) return done;
    }
    return {};
}

// A whole document as input: what is in each of its sections is created in ours.
Result<void> create_document(Element& cib, const Element& input) {
    if (const Element* configuration = input.child("configuration")) {
        for (const auto& section : configuration->children()) {
            if (section.is_comment()) continue;
            Element& ours = cib.child_or_add("configuration").child_or_add(section.name());
            if (auto done = create_children(ours, section); !done) return done;
        }
    }
    if (const Element* status = input.child("status")) return create_children(cib.child_or_add("status"), *status);
    return {};
}

Result<void> create(Element& cib, const Operation& op) {
    const Element& input = *op.input;
    if (!op.xpath.empty()) {
        const auto paths = selected(cib, op.xpath);
        if (!paths) return tl::make_unexpected(paths.error());
        if (paths->empty()) return fail(ErrorCode::not_found, fmt::format("nothing matches XPath \"{}\"", op.xpath));
        return create_below(xml::edit_at(cib, paths->front()), input);
    }
    if (whole(op.section)) {
        if (input.name() == "cib") return create_document(cib, input);
        if (Element* section = is_section(input.name()) ? edit_section(cib, input.name()) : nullptr) {
            return create_children(*section, input);
        }
        return fail(fmt::format("{} has no place in the document as a whole: a section is needed", describe(input)));
    }
    if (!is_section(op.section)) return no_section(op.section);
    Element& section = op.section == "status" || op.section == "configuration"
                           ? cib.child_or_add(op.section)
                           : cib.child_or_add("configuration").child_or_add(op.section);
    return input.name() == op.section ? create_children(section, input) : create_below(section, input);
}

// Where modify and replace find the element that input means.
Result<std::optional<Path>> target_of(const Element& cib, const Operation& op) {
    if (!op.xpath.empty()) {
        const auto paths = selected(cib, op.xpath);
        if (!paths) return tl::make_unexpected(paths.error());
        return paths->empty() ? std::optional<Path>{} : paths->front();
    }
    const Element* section = find_section(cib, op.section);
    if (!section) return std::optional<Path>{};
    Path path;
    if (!whole(op.section)) {
        const auto base = find_like(cib, Element{section->name()}, false);
        MUSTER_ASSERT(base);
        path = *base;
    }
    const auto below = find_like(*section, *op.input, false);
    if (!below) return std::optional<Path>{};
    path.insert(path.end(), below->begin(), below->end());
    return std::optional<Path>{path};
}

Result<void> not_there(const Operation& op) {
    if (!op.xpath.empty()) {
        return fail(ErrorCode::not_found, fmt::format("nothing in the CIB matches XPath \"{}\"", op.xpath));
    }
    return fail(ErrorCode::not_found, fmt::format("the CIB{} has no {} to change",
                                                  whole(op.section) ? "" : " section " + op.section,
                                                  describe(*op.input)));
}

Result<void> modify(Element& cib, const Operation& op) {
    const auto target = target_of(cib, op);
    if (!target) return tl::make_unexpected(target.error());
    if (!*target) {
        // A section that is not there yet is made when the input is that section.
        const bool section_itself = op.xpath.empty() && op.input->name() == op.section && is_section(op.section);
        if ((!op.allow_create && !section_itself) || !op.xpath.empty()) return not_there(op);
        return create(cib, op);
    }
    const Version before = version_of(cib);
    Element changed = xml::at(cib, **target);
    merge(changed, *op.input, op.expand_score);
    if (changed.same_as(xml::at(cib, **target))) return {};
    xml::edit_at(cib, **target) = std::move(changed);
    if (version_of(cib) < before) {
        return fail(ErrorCode::old, fmt::format("the update's version {} is lower than the CIB's {}",
                                                to_string(version_of(cib)), to_string(before)));
    }
    return {};
}

Result<void> replace_document(Element& cib, const Element& input) {
    if (version_of(input) < version_of(cib)) {
        return fail(ErrorCode::old, fmt::format("the update's version {} is lower than the CIB's {}",
                                                to_string(version_of(input)), to_string(version_of(cib))));
    }
    Element next = input;
    if (!next.has("validate-with") && cib.has("validate-with")) next.set("validate-with", cib.get("validate-with"));
    if (!next.child("status")) {
        if (const Element* status = cib.child("status")) next.add(*status);
    }
    cib = std::move(next);
    return {};
}

Result<void> replace(Element& cib, const Operation& op) {
    const Element* input = &*op.input;
    if (op.xpath.empty()) {
        if (!is_section(op.section)) return no_section(op.section);
        if (whole(op.section) && input->name() == "cib") return replace_document(cib, *input);
        // A section may be given inside the whole document.
        if (input->name() == "cib") input = find_section(*input, op.section);
        if (!input) return no_section(op.section);
        if (input->name() == op.section && !find_section(cib, op.section)) {
            (op.section == "status" ? cib : cib.child_or_add("configuration")).add(*input);
            return {};
        }
    }
    Operation narrowed = op;
    narrowed.input = *input;
    const auto target = target_of(cib, narrowed);
    if (!target) return tl::make_unexpected(target.error());
    if (!*target) return not_there(narrowed);
    xml::edit_at(cib, **target) = *input;
    return {};
}

bool is_root_or_section(const Element& cib, const Path& path) {
    if (path.empty()) return true;
    const Element& e = xml::at(cib, path);
    if (path.size() == 1) return e.name() == "configuration" || e.name() == "status";
    constexpr std::array<std::string_view, 4> kRequired = {"crm_config", "nodes", "resources", "constraints"};
    return path.size() == 2 && std::find(kRequired.begin(), kRequired.end(), e.name()) != kRequired.end();
}

Result<void> remove_paths(Element& cib, const std::vector<Path>& paths) {
    for (auto p = paths.rbegin(); p != paths.rend(); ++p) {
        if (is_root_or_section(cib, *p)) {
            return fail(fmt::format("<{}> cannot be deleted: every CIB has it", xml::at(cib, *p).name()));
        }
    }
    // From the end, so that the earlier paths stay true; what lies inside another match goes with it.
    for (auto p = paths.rbegin(); p != paths.rend(); ++p) xml::remove_at(cib, *p);
    return {};
}

Result<void> remove(Element& cib, const Operation& op) {
    std::vector<Path> paths;
    if (!op.xpath.empty()) {
        const auto found = selected(cib, op.xpath);
        if (!found) return tl::make_unexpected(found.error());
        paths = *found;
        if (op.verb == Verb::remove && paths.size() > 1) paths.resize(1);
    } else {
        Element* section = edit_section(cib, op.section);
        if (!section) return {};
        const auto found = find_like(*section, *op.input, true);
        if (!found) return {};
        if (whole(op.section)) {
            paths.push_back(*found);
        } else if (found->empty()) {
            section->edit_children().clear();  // the section itself was named
        } else {
            xml::remove_at(*section, *found);
        }
    }
    return remove_paths(cib, paths);
}

void erase(Element& cib) {
    Element empty{"cib", cib.attributes()};
    Element& configuration = empty.add(Element{"configuration"});
    for (const char* section : {"crm_config", "nodes", "resources", "constraints"}) {
        configuration.add(Element{section});
    }
    empty.add(Element{"status"});
    empty.set("admin_epoch", std::to_string(version_of(cib).admin_epoch + 1));
    cib = std::move(empty);
}

Result<void> change(Element& cib, const Operation& op) {
    switch (op.verb) {
        case Verb::create: return create(cib, op);
        case Verb::modify: return modify(cib, op);
        case Verb::replace: return replace(cib, op);
        case Verb::remove:
        case Verb::remove_all: return remove(cib, op);
        case Verb::erase: erase(cib); return {};
        case Verb::query:
        case Verb::bump: return {};
    }
    return fail(ErrorCode::internal, "unknown operation on the CIB");
}

bool lacks_input(const Operation& op) {
    switch (op.verb) {
        case Verb::create:
        case Verb::modify:
        case Verb::replace: return !op.input;
        case Verb::remove: return !op.input && op.xpath.empty();
        case Verb::remove_all: return op.xpath.empty();
        default: return false;
    }
}

}  // namespace

Result<Outcome> apply(const Element& cib, const Operation& op) {
    if (lacks_input(op)) return fail("the operation needs XML or an XPath to work on");
    Outcome outcome;
    outcome.document = cib;
    if (op.verb == Verb::query) {
        if (auto done = query(cib, op, outcome.result); !done) return tl::make_unexpected(done.error());
        return outcome;
    }
    if (auto done = change(outcome.document, op); !done) return tl::make_unexpected(done.error());
    const ChangeKind kind = op.verb == Verb::bump || op.verb == Verb::erase
                                ? ChangeKind::configuration
                                : compare(cib, outcome.document);
    outcome.changed = kind != ChangeKind::none;
    bump_version(outcome.document, kind);
    return outcome;
}

}  // namespace muster::cib
