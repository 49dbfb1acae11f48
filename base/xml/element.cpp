#include "base/xml/element.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"

namespace muster::xml {
namespace {
const std::string kEmpty;
}

Element::Element() : data_{std::make_shared<Data>()} {}
Element::Element(std::string name) : Element{} { data_->name = std::move(name); }
Element::Element(std::string name, std::vector<Attribute> attributes) : Element{std::move(name)} {
    data_->attributes = std::move(attributes);
}
Element Element::comment(std::string text) {
    Element c;
    c.data_->kind = Kind::comment;
    c.data_->text = std::move(text);
    return c;
}

Element::Data& Element::edit() {
    if (data_.use_count() != 1) data_ = std::make_shared<Data>(*data_);
    data_->hash.store(0, std::memory_order_relaxed);
    return *data_;
}

const std::string* Element::find(std::string_view attribute) const {
    for (const Attribute& a : data_->attributes) {
        if (a.name == attribute) return &a.value;
    }
    return nullptr;
}
const std::string& Element::get(std::string_view attribute) const {
    const std::string* v = find(attribute);
    return v ? *v : kEmpty;
}
std::string Element::get(std::string_view attribute, std::string_view otherwise) const {
    const std::string* v = find(attribute);
    return v ? *v : std::string{otherwise};
}

const Element* Element::child(std::string_view element_name) const {
    for (const Element& c : data_->children) {
        if (!c.is_comment() && c.name() == element_name) return &c;
    }
    return nullptr;
}
const Element* Element::child(std::string_view element_name, std::string_view id) const {
    for (const Element& c : data_->children) {
        if (!c.is_comment() && c.name() == element_name && c.id() == id) return &c;
    }
    return nullptr;
}
std::vector<const Element*> Element::children_named(std::string_view element_name) const {
    std::vector<const Element*> found;
    for (const Element& c : data_->children) {
        if (!c.is_comment() && c.name() == element_name) found.push_back(&c);
    }
    return found;
}
const Element* Element::find_by_id(std::string_view wanted) const {
    if (!is_comment() && id() == wanted && has("id")) return this;
    for (const Element& c : data_->children) {
        if (const Element* found = c.find_by_id(wanted)) return found;
    }
    return nullptr;
}

Element& Element::set_name(std::string name) {
    edit().name = std::move(name);
    return *this;
}
Element& Element::set(std::string_view attribute, std::string value) {
    auto& list = edit().attributes;
    for (Attribute& a : list) {
        if (a.name == attribute) {
            a.value = std::move(value);
            return *this;
        }
    }
    list.push_back({std::string{attribute}, std::move(value)});
    return *this;
}
Element& Element::set_text(std::string text) {
    edit().text = std::move(text);
    return *this;
}
Element& Element::set_line(int line) {
    edit().line = line;
    return *this;
}
bool Element::unset(std::string_view attribute) {
    if (!has(attribute)) return false;
    auto& list = edit().attributes;
    list.erase(std::remove_if(list.begin(), list.end(), [&](const Attribute& a) { return a.name == attribute; }),
               list.end());
    return true;
}
std::vector<Attribute>& Element::edit_attributes() { return edit().attributes; }
std::vector<Element>& Element::edit_children() { return edit().children; }
Element& Element::add(Element child) {
    auto& list = edit().children;
    list.push_back(std::move(child));
    return list.back();
}
Element* Element::edit_child(std::string_view element_name) {
    if (!child(element_name)) return nullptr;
    for (Element& c : edit().children) {
        if (!c.is_comment() && c.name() == element_name) return &c;
    }
    return nullptr;
}
Element& Element::child_or_add(std::string_view element_name) {
    if (Element* c = edit_child(element_name)) return *c;
    return add(Element{std::string{element_name}});
}
Element* Element::edit_by_id(std::string_view wanted) {
    if (!is_comment() && has("id") && id() == wanted) {
        edit();
        return this;
    }
    for (std::size_t i = 0; i < data_->children.size(); ++i) {
        if (data_->children[i].find_by_id(wanted)) return edit().children[i].edit_by_id(wanted);
    }
    return nullptr;
}
bool Element::remove_by_id(std::string_view wanted) {
    for (std::size_t i = 0; i < data_->children.size(); ++i) {
        const Element& c = data_->children[i];
        if (!c.is_comment() && c.has("id") && c.id() == wanted) {
            auto& list = edit().children;
            list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
            return true;
        }
        if (c.find_by_id(wanted)) return edit().children[i].remove_by_id(wanted);
    }
    return false;
}

std::uint64_t Element::hash() const {
    if (const auto known = data_->hash.load(std::memory_order_relaxed)) return known;
    std::uint64_t h = hash64(data_->name, static_cast<std::uint64_t>(data_->kind) + 1);
    std::uint64_t sum = 0;  // a sum: the order of attributes does not matter
    for (const Attribute& a : data_->attributes) sum += hash_combine(hash64(a.name), hash64(a.value));
    h = hash_combine(h, sum);
    h = hash_combine(h, hash64(data_->text));
    for (const Element& c : data_->children) h = hash_combine(h, c.hash());
    if (h == 0) h = 1;
    data_->hash.store(h, std::memory_order_relaxed);
    return h;
}

bool operator==(const Element& a, const Element& b) {
    if (a.data_ == b.data_) return true;
    if (a.kind() != b.kind() || a.name() != b.name() || a.text() != b.text()) return false;
    if (a.attributes().size() != b.attributes().size() || a.children().size() != b.children().size()) return false;
    for (const Attribute& x : a.attributes()) {
        const std::string* y = b.find(x.name);
        if (!y || *y != x.value) return false;
    }
    for (std::size_t i = 0; i < a.children().size(); ++i) {
        if (!(a.children()[i] == b.children()[i])) return false;
    }
    return true;
}

}  // namespace muster::xml
