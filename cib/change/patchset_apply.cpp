#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "base/xml/xpath.h"
#include "cib/change/operation.h"
#include "cib/change/patchset.h"

namespace muster::cib {
namespace {

using xml::Element;
using xml::Path;

Result<Path> find_one(const Element& document, const std::string& xpath) {
    const auto matches = xml::select(document, xpath);
    if (!matches) return tl::make_unexpected(matches.error());
    if (matches->empty()) return fail(fmt::format("the patch does not fit: there is no {}", xpath));
    return matches->front().path;
}

std::optional<std::size_t> position_of(const Element& change) {
    const auto n = parse_int(change.get("position"));
    return n && *n >= 0 ? std::optional{static_cast<std::size_t>(*n)} : std::nullopt;
}

Result<void> modify(Element& document, const Element& change) {
    const auto path = find_one(document, change.get("path"));
    if (!path) return tl::make_unexpected(path.error());
    const Element* list = change.child("change-list");
    if (!list) return fail("the patch is broken: a modify without change-list");
    Element& target = xml::edit_at(document, *path);
    for (const Element* a : list->children_named("change-attr")) {
        if (a->get("operation") == "unset") {
            target.unset(a->get("name"));
        } else {
            target.set(a->get("name"), a->get("value"));
        }
    }
    return {};
}

Result<void> create(Element& document, const Element& change) {
    const auto path = find_one(document, change.get("path"));
    if (!path) return tl::make_unexpected(path.error());
    if (change.children().empty()) return fail("the patch is broken: a create without an element");
    auto& children = xml::edit_at(document, *path).edit_children();
    const std::size_t position = std::min(position_of(change).value_or(children.size()), children.size());
    children.insert(children.begin() + static_cast<std::ptrdiff_t>(position), change.children().front());
    return {};
}

Result<void> move(Element& document, const Element& change) {
    auto path = find_one(document, change.get("path"));
    if (!path) return tl::make_unexpected(path.error());
    if (path->empty()) return fail("the patch is broken: the document itself cannot move");
    Element moved = xml::at(document, *path);
    xml::remove_at(document, *path);
    path->pop_back();
    auto& children = xml::edit_at(document, *path).edit_children();
    const std::size_t position = std::min(position_of(change).value_or(children.size()), children.size());
    children.insert(children.begin() + static_cast<std::ptrdiff_t>(position), std::move(moved));
    return {};
}

// A comment's position is that of the moment, after the deletions before it.
Result<void> remove_comment(Element& document, const Element& change) {
    const std::string& xpath = change.get("path");
    auto path = find_one(document, xpath.substr(0, xpath.size() - std::string_view{"/comment"}.size()));
    if (!path) return tl::make_unexpected(path.error());
    const auto position = position_of(change);
    const auto& children = xml::at(document, *path).children();
    if (!position || *position >= children.size() || !children[*position].is_comment()) {
        return fail(fmt::format("the patch does not fit: there is no comment at {} of {}", change.get("position"), xpath));
    }
    path->push_back(*position);
    xml::remove_at(document, *path);
    return {};
}

Result<void> remove(Element& document, const Element& change) {
    if (ends_with(change.get("path"), "/comment")) return remove_comment(document, change);
    const auto path = find_one(document, change.get("path"));
    if (!path) return tl::make_unexpected(path.error());
    if (path->empty()) return fail("the patch is broken: the document itself cannot be deleted");
    xml::remove_at(document, *path);
    return {};
}

Result<void> carry_out(Element& document, const Element& change) {
    const std::string& operation = change.get("operation");
    if (operation == "delete") return remove(document, change);
    if (operation == "modify") return modify(document, change);
    if (operation == "create") return create(document, change);
    if (operation == "move") return move(document, change);
    return fail(fmt::format("the patch is broken: unknown operation \"{}\"", operation));
}

Result<void> check_source(const Element& document, const Element& patchset) {
    const Element* version = patchset.child("version");
    const Element* source = version ? version->child("source") : nullptr;
    if (!source) return {};
    const Version wanted = version_of(*source);
    const Version have = version_of(document);
    if (wanted == have) return {};
    return fail(ErrorCode::old, fmt::format("the patch was made from version {}, the CIB is at {}", to_string(wanted), to_string(have)));
}

}  // namespace

Result<Element> apply_patchset(const Element& document, const Element& patchset) {
    if (patchset.name() != "diff") return fail(fmt::format("expected <diff>, found <{}>", patchset.name()));
    if (patchset.get("format") != "2") return fail(fmt::format("patch format \"{}\" is not known, expected 2", patchset.get("format")));
    if (auto ok = check_source(document, patchset); !ok) return tl::make_unexpected(ok.error());
    Element next = document;
    for (const Element* c : patchset.children_named("change")) {
        if (auto done = carry_out(next, *c); !done) return tl::make_unexpected(done.error());
    }
    const Element* version = patchset.child("version");
    if (const Element* target = version ? version->child("target") : nullptr) {
        for (const auto& a : target->attributes()) next.set(a.name, a.value);
    }
    return next;
}

}  // namespace muster::cib
