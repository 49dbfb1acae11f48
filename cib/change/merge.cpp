#include "cib/change/merge.h"

#include "base/score.h"
#include "base/text.h"

namespace muster::cib {
namespace {

bool same_thing(const xml::Element& a, const xml::Element& pattern) {
    if (a.is_comment() || pattern.is_comment() || a.name() != pattern.name()) return false;
    return !pattern.has("id") || a.id() == pattern.id();
}

bool has_all(const xml::Element& e, const xml::Element& pattern) {
    for (const auto& a : pattern.attributes()) {
        const std::string* have = e.find(a.name);
        if (!have || *have != a.value) return false;
    }
    return true;
}

bool walk(const xml::Element& e, const xml::Element& pattern, bool all_attributes, xml::Path& path) {
    if (same_thing(e, pattern) && (!all_attributes || has_all(e, pattern))) return true;
    for (std::size_t i = 0; i < e.children().size(); ++i) {
        path.push_back(i);
        if (walk(e.children()[i], pattern, all_attributes, path)) return true;
        path.pop_back();
    }
    return false;
}

std::int64_t score_value(std::string_view text) {
    const auto score = parse_score(text);
    return score ? score->value() : 0;
}

std::optional<std::size_t> child_like(const xml::Element& parent, const xml::Element& pattern) {
    for (std::size_t i = 0; i < parent.children().size(); ++i) {
        if (same_thing(parent.children()[i], pattern)) return i;
    }
    return std::nullopt;
}

}  // namespace

std::string expand_value(const xml::Element& target, const std::string& name, const std::string& value) {
    if (!starts_with(value, name)) return value;
    const std::string_view rest = std::string_view{value}.substr(name.size());
    std::int64_t step = 0;
    if (rest == "++") {
        step = 1;
    } else if (starts_with(rest, "+=") && rest.size() > 2) {
        step = score_value(rest.substr(2));
    } else {
        return value;
    }
    return to_string(Score{score_value(target.get(name)) + step});
}

void merge(xml::Element& target, const xml::Element& update, bool expand) {
    for (const auto& a : update.attributes()) {
        std::string value = expand ? expand_value(target, a.name, a.value) : a.value;
        const std::string* have = target.find(a.name);
        if (!have || *have != value) target.set(a.name, std::move(value));
    }
    if (!update.text().empty()) target.set_text(update.text());
    for (const auto& child : update.children()) {
        if (child.is_comment()) continue;
        if (const auto index = child_like(target, child)) {
            xml::Element merged = target.children()[*index];
            merge(merged, child, expand);
            if (!merged.same_as(target.children()[*index])) target.edit_children()[*index] = std::move(merged);
        } else {
            target.add(child);
        }
    }
}

std::optional<xml::Path> find_like(const xml::Element& root, const xml::Element& pattern, bool all_attributes) {
    xml::Path path;
    if (!walk(root, pattern, all_attributes, path)) return std::nullopt;
    return path;
}

}  // namespace muster::cib
