#include "cib/change/references.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <map>
#include <set>

#include "base/text.h"

namespace muster::cib {
namespace {

using xml::Element;

// Elements whose `id` is plain text or a reference, not one of the document's ids.
constexpr std::array<std::string_view, 8> kNoIdentity = {"node",     "obj_ref",    "acl_target", "acl_user",
                                                         "acl_group", "role",      "role_ref",   "resource_ref"};

struct Reference {
    std::string_view element;
    std::string_view attribute;
};
// What must name something that exists; only a template and id-ref make a document unusable.
constexpr std::array<Reference, 11> kReferences = {{{"primitive", "template"},
                                                    {"rsc_location", "rsc"},
                                                    {"rsc_colocation", "rsc"},
                                                    {"rsc_colocation", "with-rsc"},
                                                    {"rsc_order", "first"},
                                                    {"rsc_order", "then"},
                                                    {"rsc_ticket", "rsc"},
                                                    {"resource_ref", "id"},
                                                    {"role", "id"},
                                                    {"role_ref", "id"},
                                                    {"acl_permission", "reference"}}};

bool has_identity(const Element& e) {
    for (const auto name : kNoIdentity) {
        if (e.name() == name) return false;
    }
    return e.has("id");
}

// An XML name without colon: letter or underscore, then letters, digits, . - _ ; bytes of other scripts pass.
bool is_id(std::string_view id) {
    if (id.empty()) return false;
    const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80); };
    if (!letter(id.front())) return false;
    for (const char c : id) {
        if (!letter(c) && !std::isdigit(static_cast<unsigned char>(c)) && c != '.' && c != '-') return false;
    }
    return true;
}

class Checker {
  public:
    std::vector<Complaint> run(const Element& root) {
        if (root.name() == "cib") {
            if (const Element* configuration = root.child("configuration")) check(*configuration);
        } else {
            check(root);
        }
        return std::move(complaints_);
    }

  private:
    void check(const Element& configuration) {
        collect(configuration, {});
        resolve(configuration, {});
    }

    void complain(const Element& e, const std::string& above, std::string_view attribute, std::string text,
                  bool fatal = true) {
        complaints_.push_back(
            {e.name(), e.id().empty() ? above : e.id(), std::string{attribute}, e.line(), std::move(text), fatal});
    }

    void collect(const Element& e, const std::string& above) {
        if (e.is_comment()) return;
        if (has_identity(e)) {
            if (!is_id(e.id())) {
                complain(e, above, "id",
                         fmt::format("\"{}\" is no id: expected a letter or _ first, then letters, digits and . - _",
                                     e.id()));
            } else if (const auto [at, added] = ids_.emplace(e.id(), e.name()); !added) {
                complain(e, above, "id", fmt::format("id \"{}\" is used by a <{}> already", e.id(), at->second));
            }
        }
        for (const Element& c : e.children()) collect(c, e.id().empty() ? above : e.id());
    }

    void resolve(const Element& e, const std::string& above) {
        if (e.is_comment()) return;
        if (const std::string* target = e.find("id-ref")) resolve_id_ref(e, above, *target);
        for (const auto& r : kReferences) {
            if (e.name() != r.element) continue;
            const std::string* target = e.find(r.attribute);
            if (!target || ids_.count(*target) != 0) continue;
            complain(e, above, r.attribute, fmt::format("\"{}\" does not exist", *target), r.attribute == "template");
        }
        for (const Element& c : e.children()) resolve(c, e.id().empty() ? above : e.id());
    }

    void resolve_id_ref(const Element& e, const std::string& above, const std::string& target) {
        const auto found = ids_.find(target);
        if (found == ids_.end()) {
            complain(e, above, "id-ref", fmt::format("\"{}\" does not exist", target));
        } else if (found->second != e.name()) {
            complain(e, above, "id-ref",
                     fmt::format("\"{}\" is a <{}>, expected a <{}>", target, found->second, e.name()));
        }
    }

    std::map<std::string, std::string> ids_;  // id -> element name
    std::vector<Complaint> complaints_;
};

}  // namespace

std::string to_string(const Complaint& c) {
    std::string where = c.element;
    if (!c.id.empty()) where += " " + c.id;
    if (!c.attribute.empty()) where += ", " + c.attribute;
    if (c.line > 0) return fmt::format("line {}: {}: {}", c.line, where, c.text);
    return fmt::format("{}: {}", where, c.text);
}

std::vector<Complaint> check_references(const Element& root) { return Checker{}.run(root); }

}  // namespace muster::cib
