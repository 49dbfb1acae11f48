// Applying rights: what may be seen, what may be changed.
#include <fmt/format.h>

#include <algorithm>

#include "cib/change/acl.h"
#include "cib/change/acl_rights.h"
#include "cib/change/operation.h"

namespace muster::cib {
namespace {

using xml::Element;
using xml::Path;

bool may_read(Access a) { return a == Access::read || a == Access::write; }

std::optional<Element> visible(const Element& e, const Rights& rights, Path& path, Access above) {
    const Access here = rights.at(path, above);
    if (e.is_comment()) return may_read(here) ? std::optional<Element>{e} : std::nullopt;
    Element shown{e.name()};
    if (may_read(here)) {
        shown.edit_attributes() = e.attributes();
        if (!e.text().empty()) shown.set_text(e.text());
    } else if (e.has("id")) {
        shown.set("id", e.id());
    }
    for (std::size_t i = 0; i < e.children().size(); ++i) {
        path.push_back(i);
        if (auto child = visible(e.children()[i], rights, path, here)) shown.add(std::move(*child));
        path.pop_back();
    }
    if (!may_read(here) && shown.children().empty()) return std::nullopt;
    return shown;
}

// Walks both documents side by side; elements are the same thing if name and id agree.
class ChangeCheck {
  public:
    ChangeCheck(const Element& before, const Element& after, const std::vector<Permission>& permissions)
        : before_{before}, after_{after}, old_{before, permissions}, new_{after, permissions} {}

    Result<void> run() {
        Path old_path;
        Path new_path;
        compare(before_, after_, old_path, new_path, Access::none, Access::none);
        if (refused_.empty()) return {};
        return fail(ErrorCode::permission, fmt::format("you may not change {}", refused_));
    }

  private:
    void refuse(const Element& root, const Path& path, std::string_view attribute = {}) {
        if (!refused_.empty()) return;
        refused_ = xml::to_xpath(root, path);
        if (!attribute.empty()) refused_ += fmt::format("[@{}]", attribute);
    }

    void attributes(const Element& a, const Element& b, const Path& path, Access here) {
        if (here == Access::write) return;
        for (const auto& x : b.attributes()) {
            const std::string* was = a.find(x.name);
            if (!was || *was != x.value) refuse(after_, path, x.name);
        }
        for (const auto& x : a.attributes()) {
            if (!b.has(x.name)) refuse(after_, path, x.name);
        }
        if (a.text() != b.text()) refuse(after_, path);
    }

    // A new element with nothing but an id is scaffolding for what stands in it.
    void created(const Element& e, Path& path, Access above) {
        const Access here = new_.at(path, above);
        const bool scaffolding = e.attributes().size() == (e.has("id") ? 1U : 0U) && here != Access::deny;
        if (!e.is_comment() && here != Access::write && !scaffolding) refuse(after_, path);
        for (std::size_t i = 0; i < e.children().size(); ++i) {
            path.push_back(i);
            created(e.children()[i], path, here);
            path.pop_back();
        }
    }

    void removed(const Path& path, Access above) {
        if (old_.at(path, above) != Access::write) refuse(before_, path);
    }

    static bool same_thing(const Element& a, const Element& b) {
        return a.kind() == b.kind() && a.name() == b.name() && a.id() == b.id() &&
               (!a.is_comment() || a.text() == b.text());
    }

    void compare(const Element& a, const Element& b, Path& old_path, Path& new_path, Access old_above, Access new_above) {
        const Access was = old_.at(old_path, old_above);
        const Access is = new_.at(new_path, new_above);
        if (a.same_as(b)) return;
        attributes(a, b, new_path, is);
        std::vector<bool> found(b.children().size(), false);
        for (std::size_t i = 0; i < a.children().size(); ++i) {
            old_path.push_back(i);
            std::size_t j = 0;
            while (j < found.size() && (found[j] || !same_thing(a.children()[i], b.children()[j]))) ++j;
            if (j == found.size()) {
                removed(old_path, was);
            } else {
                found[j] = true;
                new_path.push_back(j);
                compare(a.children()[i], b.children()[j], old_path, new_path, was, is);
                new_path.pop_back();
            }
            old_path.pop_back();
        }
        for (std::size_t j = 0; j < found.size(); ++j) {
            if (found[j]) continue;
            new_path.push_back(j);
            created(b.children()[j], new_path, is);
            new_path.pop_back();
        }
    }

    const Element& before_;
    const Element& after_;
    Rights old_;
    Rights new_;
    std::string refused_;
};

// The versions move with every change: that is nobody's doing.
Element without_bump(const Element& before, Element after, bool whole_replaced) {
    if (whole_replaced) return after;
    for (const char* name : {"epoch", "num_updates"}) {
        if (const std::string* was = before.find(name)) after.set(name, *was);
    }
    return after;
}

}  // namespace

std::optional<Element> acl_filter(const Element& cib, const AclSubject& subject) {
    if (!acl_applies(cib, subject)) return cib;
    const Rights rights{cib, permissions_of(cib, subject)};
    Path path;
    return visible(cib, rights, path, Access::none);
}

Result<void> acl_check_change(const Element& before, const Element& after, const AclSubject& subject) {
    if (!acl_applies(before, subject)) return {};
    const Version was = version_of(before);
    const Version is = version_of(after);
    // One step of one number is the operation's own bump; anything else was asked for.
    const bool own_bump = is.admin_epoch == was.admin_epoch &&
                          ((is.epoch == was.epoch + 1 && is.num_updates == 0) ||
                           (is.epoch == was.epoch && is.num_updates == was.num_updates + 1));
    const Element compared = without_bump(before, after, !own_bump);
    return ChangeCheck{before, compared, permissions_of(before, subject)}.run();
}

}  // namespace muster::cib
