#include "tools/crm/configure/apply.h"

#include <algorithm>
#include <optional>
#include <functional>

#include "base/text.h"
#include "tools/crm/lang/ids.h"
#include "tools/crm/lang/objects.h"
#include "tools/crm/lang/unknown.h"

namespace muster::crm {

using xml::Element;

namespace {

bool is_options(const std::string& keyword) {
    return keyword == "property" || keyword == "rsc_defaults" || keyword == "op_defaults";
}

int rank(const Statement& s) {
    if (s.keyword == "node") return 0;
    if (s.keyword == "rsc_template") return 1;
    if (s.keyword == "primitive") return 2;
    if (s.keyword == "monitor") return 6;
    if (s.keyword == "group") return 3;
    if (s.section == "resources") return 4;
    return 5;
}

class Applier {
  public:
    Applier(Element configuration, ApplyMode mode) : work_{std::move(configuration)}, mode_{mode} {
        collect_ids(work_, taken_);
    }
    Result<void> add(Statement statement);
    std::set<std::string> touched;
    Element& work() { return work_; }

  private:
    Element& section(const std::string& name) { return work_.child_or_add(name); }
    Result<void> add_node(Statement& s);
    Result<void> add_options(Statement& s);
    Result<void> add_topology(Statement& s);
    Result<void> add_plain(Statement& s);
    struct Removed {
        std::vector<Element> members;      // what it contained
        std::optional<std::size_t> index;  // where it stood
        bool nested = false;               // in a container
    };
    Result<void> may_take_id(const Statement& s, const Object& old, bool exists);
    Removed remove_older(Element& where, Statement& s);
    Result<void> add_monitor(Statement& s);
    Result<void> nest(Statement& s);
    Result<Element> take_member(const Statement& s, const std::string& id);
    void merge(Element& into, const Element& from);
    tl::unexpected<Error> wrong(const Statement& s, const std::string& text) const;

    Element work_;
    ApplyMode mode_;
    Ids taken_;
    std::set<std::string> made_;  // objects of this very call
};

tl::unexpected<Error> Applier::wrong(const Statement& s, const std::string& text) const {
    const int line = s.tokens.empty() ? 0 : s.tokens.front().line;
    const auto code = ErrorCode::invalid;
    return fail(code, (line > 0 ? "line " + std::to_string(line) + ": " : "") + text);
}

// The place of the element with that id: its parent's children and the index.
bool locate(Element& at, const std::string& id, const std::function<void(Element& parent, std::size_t)>& found) {
    for (std::size_t i = 0; i < at.children().size(); ++i) {
        const Element& child = at.children()[i];
        if (child.id() == id) {
            found(at, i);
            return true;
        }
        if (is_resource_name(child.name()) && child.find_by_id(id) != nullptr) {
            return locate(at.edit_children()[i], id, found);
        }
    }
    return false;
}

void Applier::merge(Element& into, const Element& from) {
    for (const auto& nv : from.children()) {
        if (nv.name() != "nvpair") continue;
        bool done = false;
        for (auto& old : into.edit_children()) {
            if (old.name() != "nvpair" || old.get("name") != nv.get("name") || old.has("id-ref")) continue;
            if (const auto* value = nv.find("value")) {
                old.set("value", *value);
            } else {
                old.unset("value");
            }
            done = true;
        }
        if (!done) into.add(nv);
    }
}

Result<void> Applier::add_node(Statement& s) {
    Element& nodes = section("nodes");
    const std::string name = s.element.get("uname");
    touched.insert(name);
    for (auto& old : nodes.edit_children()) {
        if (old.get("uname") != name) continue;
        if (!s.element.has("id")) s.element.set("id", old.id());
        if (mode_ == ApplyMode::replace) {
            drop_ids(old, taken_);
            old = std::move(s.element);
            give_ids(old, taken_);
            return {};
        }
        for (const auto& a : s.element.attributes()) {
            if (a.name != "id") old.set(a.name, a.value);
        }
        for (const auto& set : s.element.children()) {
            Element* same = set.has("id-ref") || set.child("rule") != nullptr ? nullptr : old.edit_child(set.name());
            if (same == nullptr) {
                old.add(set);
            } else {
                merge(*same, set);
            }
        }
        give_ids(old, taken_);
        return {};
    }
    if (!s.element.has("id")) s.element.set("id", name);
    Element ordered{"node"};
    ordered.set("id", s.element.id()).set("uname", name);
    for (const auto& a : s.element.attributes()) ordered.set(a.name, a.value);
    for (const auto& child : s.element.children()) ordered.add(child);
    give_ids(ordered, taken_);
    nodes.add(std::move(ordered));
    return {};
}

Result<void> Applier::add_options(Statement& s) {
    Element& where = section(s.section);
    const std::string id = s.element.id();
    touched.insert(id);
    for (auto& old : where.edit_children()) {
        if (old.id() != id) continue;
        const bool has_rule = s.element.child("rule") != nullptr;
        if ((mode_ == ApplyMode::replace && made_.count(id) == 0) || has_rule) {
            drop_ids(old, taken_);
            old = std::move(s.element);
        } else {
            if (s.element.has("score")) old.set("score", s.element.get("score"));
            merge(old, s.element);
        }
        made_.insert(id);
        give_ids(old, taken_);
        return {};
    }
    if (taken_.count(id) > 0) return wrong(s, s.keyword + ": the id '" + id + "' is in use");
    made_.insert(id);
    give_ids(s.element, taken_);
    where.add(std::move(s.element));
    return {};
}

Result<void> Applier::add_topology(Statement& s) {
    touched.insert("fencing_topology");
    Element& topology = section("fencing-topology");
    drop_ids(topology, taken_);
    topology = std::move(s.element);
    give_ids(topology, taken_);
    return {};
}

// A member of a new container: taken out of where it stands.
Result<Element> Applier::take_member(const Statement& s, const std::string& id) {
    Element& resources = section("resources");
    const Object object = find_object(work_, id);
    const bool group = s.keyword == "group";
    if (object.element == nullptr || !is_resource_name(object.element->name())) {
        return wrong(s, s.keyword + " " + s.element.id() + ": " + no_resource(work_, id));
    }
    const std::string& kind = object.element->name();
    const bool fits = kind == "primitive" || (kind == "group" && !group && s.keyword != "bundle");
    if (!fits) {
        return wrong(s, s.keyword + " " + s.element.id() + ": '" + id + "' is a " + object.keyword + "; a " + s.keyword +
                            " takes " + (group || s.keyword == "bundle" ? "primitives" : "a primitive or a group"));
    }
    if (object.parent != nullptr) {
        return wrong(s, s.keyword + " " + s.element.id() + ": '" + id + "' is in '" + object.parent->id() + "' already");
    }
    Element taken;
    locate(resources, id, [&](Element& parent, std::size_t i) {
        taken = parent.children()[i];
        parent.edit_children().erase(parent.edit_children().begin() + static_cast<std::ptrdiff_t>(i));
    });
    return taken;
}

// Members go into their container; those of an older form of it are free first.
Result<void> Applier::nest(Statement& s) {
    for (std::size_t i = 0; i < s.members.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (s.members[i] == s.members[j]) {
                return wrong(s, s.keyword + " " + s.element.id() + ": '" + s.members[i] + "' is named twice");
            }
        }
        auto member = take_member(s, s.members[i]);
        if (!member) return tl::make_unexpected(member.error());
        if (s.keyword == "bundle") {  // before the meta attributes
            auto& children = s.element.edit_children();
            auto at = std::find_if(children.begin(), children.end(),
                                   [](const Element& e) { return ends_with(e.name(), "_attributes"); });
            children.insert(at, std::move(*member));
        } else {
            s.element.add(std::move(*member));
        }
    }
    return {};
}

// Whether the statement may have its id, with what is stored under it.
Result<void> Applier::may_take_id(const Statement& s, const Object& old, bool exists) {
    const std::string id = s.element.id();
    if (exists && mode_ == ApplyMode::define) {
        return wrong(s, s.keyword + " " + id + ": there is a " + old.keyword + " of that id already");
    }
    const bool resource = s.section == "resources";
    if (exists && old.keyword != s.keyword && (resource != is_resource_name(old.element->name()))) {
        return wrong(s, s.keyword + " " + id + ": the id belongs to a " + old.keyword);
    }
    const bool id_space = s.keyword != "acl_target" && s.keyword != "acl_group";
    if (!exists && id_space && taken_.count(id) > 0) return wrong(s, s.keyword + ": the id '" + id + "' is in use");
    return {};
}

// Takes the older form of an object out of its section.  Inside a container it is replaced where it stands, unless it
// contains something itself.
Applier::Removed Applier::remove_older(Element& where, Statement& s) {
    Removed removed;
    const std::string id = s.element.id();
    locate(where, id, [&](Element& parent, std::size_t i) {
        Element& stored = parent.edit_children()[i];
        for (const auto& child : stored.children()) {
            if (is_resource_name(child.name())) removed.members.push_back(child);
        }
        removed.index = i;
        removed.nested = &parent != &where;
        for (const auto& child : removed.members) stored.remove_by_id(child.id());
        drop_ids(stored, taken_);
        if (removed.nested && removed.members.empty()) {
            give_ids(s.element, taken_);
            stored = std::move(s.element);
        } else {
            parent.edit_children().erase(parent.edit_children().begin() + static_cast<std::ptrdiff_t>(i));
        }
    });
    return removed;
}

Result<void> Applier::add_plain(Statement& s) {
    const std::string id = s.element.id();
    touched.insert(id);
    if (!made_.insert(id).second) return wrong(s, s.keyword + " " + id + ": the id is defined twice");
    const Object old = find_object(work_, id);
    const bool exists = old.element != nullptr && old.keyword != "node";
    if (auto may = may_take_id(s, old, exists); !may) return may;
    const std::string container = old.parent != nullptr ? old.parent->id() : "";
    Element& where = section(s.section);
    std::size_t index = where.children().size();
    if (exists) {
        Removed removed = remove_older(where, s);
        if (removed.nested && removed.members.empty()) return {};
        if (removed.nested) return wrong(s, s.keyword + " " + id + ": it is inside '" + container + "'");
        index = removed.index.value_or(index);
        for (auto& child : removed.members) where.add(std::move(child));
    }
    if (auto done = nest(s); !done) return done;
    give_ids(s.element, taken_);
    auto& children = where.edit_children();
    index = std::min(index, children.size());
    children.insert(children.begin() + static_cast<std::ptrdiff_t>(index), std::move(s.element));
    return {};
}

Result<void> Applier::add_monitor(Statement& s) {
    const std::string& id = s.members.front();
    if (find_object(work_, id).keyword != "primitive") return wrong(s, "monitor: there is no primitive '" + id + "'");
    s.element.set("id", new_id(id + "-monitor-" + s.element.get("interval"), taken_));
    work_.edit_by_id(id)->child_or_add("operations").add(std::move(s.element));
    touched.insert(id);
    return {};
}

Result<void> Applier::add(Statement s) {
    if (s.keyword == "monitor") return add_monitor(s);
    if (s.keyword == "node") return add_node(s);
    if (is_options(s.keyword)) return add_options(s);
    if (s.keyword == "fencing_topology") return add_topology(s);
    return add_plain(s);
}

}  // namespace

Result<Applied> apply(const Element& configuration, std::vector<Statement> statements, ApplyMode mode) {
    std::stable_sort(statements.begin(), statements.end(),
                     [](const Statement& a, const Statement& b) { return rank(a) < rank(b); });
    Applier applier{configuration, mode};
    for (auto& statement : statements) {
        if (auto done = applier.add(std::move(statement)); !done) return tl::make_unexpected(done.error());
    }
    if (auto done = resolve_references(applier.work()); !done) return tl::make_unexpected(done.error());
    return Applied{std::move(applier.work()), std::move(applier.touched)};
}

}  // namespace muster::crm
