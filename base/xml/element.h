// An XML element as a value.  Copies share structure (copy on write), so an old version of a large document costs
// nothing to keep and a reader on another thread may hold one while the owner edits its own.
// Comments are children of kind comment.  Text other than blanks is kept in text().
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::xml {

struct Attribute {
    std::string name;
    std::string value;
    friend bool operator==(const Attribute&, const Attribute&) = default;
};

class Element {
  public:
    enum class Kind : std::uint8_t { element, comment };

    Element();  // nameless and empty
    explicit Element(std::string name);
    Element(std::string name, std::vector<Attribute> attributes);
    static Element comment(std::string text);

    // Reading ------------------------------------------------------------------------------------------------
    Kind kind() const { return data_->kind; }
    bool is_comment() const { return data_->kind == Kind::comment; }
    const std::string& name() const { return data_->name; }
    const std::string& text() const { return data_->text; }  // a comment's text, or character data
    int line() const { return data_->line; }                 // where it stood in its file; 0 if made here
    const std::vector<Attribute>& attributes() const { return data_->attributes; }
    const std::vector<Element>& children() const { return data_->children; }

    bool has(std::string_view attribute) const { return find(attribute) != nullptr; }
    const std::string* find(std::string_view attribute) const;     // nullptr if absent
    const std::string& get(std::string_view attribute) const;      // empty if absent
    std::string get(std::string_view attribute, std::string_view otherwise) const;
    const std::string& id() const { return get("id"); }

    const Element* child(std::string_view element_name) const;     // the first of that name
    const Element* child(std::string_view element_name, std::string_view id) const;
    // Children of one name, in order.
    std::vector<const Element*> children_named(std::string_view element_name) const;
    // Depth-first search in this and everything below.
    const Element* find_by_id(std::string_view id) const;

    // Editing (detaches from other copies first) ---------------------------------------------------------------
    Element& set_name(std::string name);
    Element& set(std::string_view attribute, std::string value);   // keeps the place of an existing one
    Element& set_text(std::string text);
    Element& set_line(int line);
    bool unset(std::string_view attribute);
    std::vector<Attribute>& edit_attributes();
    std::vector<Element>& edit_children();
    Element& add(Element child);                                   // at the end; returns the stored child
    Element* edit_child(std::string_view element_name);
    Element& child_or_add(std::string_view element_name);          // first of that name, made if absent
    Element* edit_by_id(std::string_view id);                      // path from here to it is detached
    bool remove_by_id(std::string_view id);                        // anywhere below

    // Hash of content: names, attributes (order of attributes does not matter), text, children in order.  Cached.
    std::uint64_t hash() const;
    // The same content, whatever the order of attributes; lines do not count.
    friend bool operator==(const Element& a, const Element& b);
    // Shares storage: certainly equal, at no cost.
    bool same_as(const Element& other) const { return data_ == other.data_; }

  private:
    struct Data {
        Kind kind = Kind::element;
        int line = 0;
        std::string name;
        std::string text;
        std::vector<Attribute> attributes;
        std::vector<Element> children;
        mutable std::atomic<std::uint64_t> hash{0};  // 0: not computed
        Data() = default;
        Data(const Data& o)
            : kind{o.kind}, line{o.line}, name{o.name}, text{o.text}, attributes{o.attributes}, children{o.children} {}
        Data& operator=(const Data&) = delete;
    };
    Data& edit();
    std::shared_ptr<Data> data_;
};

}  // namespace muster::xml
