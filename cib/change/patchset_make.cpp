#include <algorithm>
#include <optional>

#include "cib/change/operation.h"
#include "cib/change/patchset.h"

namespace muster::cib {
namespace {

using xml::Element;

bool same_thing(const Element& a, const Element& b) {
    if (a.kind() != b.kind() || a.name() != b.name() || a.id() != b.id()) return false;
    return !a.is_comment() || a.text() == b.text();
}

std::string step(const Element& e) {
    if (e.is_comment()) return "/comment";
    return e.has("id") ? "/" + e.name() + "[@id='" + e.id() + "']" : "/" + e.name();
}

using Pairs = std::vector<std::optional<std::size_t>>;

Pairs pair_up(const Element& a, const Element& b, bool comments) {
    std::vector<bool> used(a.children().size(), false);
    Pairs pairs(b.children().size());
    std::size_t last_comment = 0;
    for (std::size_t j = 0; j < b.children().size(); ++j) {
        const bool comment = b.children()[j].is_comment();
        if (comment && !comments) continue;
        for (std::size_t i = comment ? last_comment : 0; i < a.children().size(); ++i) {
            if (used[i] || !same_thing(a.children()[i], b.children()[j])) continue;
            used[i] = true;
            pairs[j] = i;
            break;
        }
        if (pairs[j]) last_comment = *pairs[j] + 1;
    }
    return pairs;
}

bool ascending(const Pairs& pairs) {
    std::optional<std::size_t> last;
    for (const auto& p : pairs) {
        if (!p) continue;
        if (last && *p < *last) return false;
        last = p;
    }
    return true;
}

// For each child of b the child of a that it is, or none.  A move cannot name a comment (it has no id): where anything
// moves, comments go and come anew.
Pairs pair_up(const Element& a, const Element& b) {
    Pairs pairs = pair_up(a, b, true);
    return ascending(pairs) ? pairs : pair_up(a, b, false);
}

Element change(const char* operation, const std::string& path) {
    Element c{"change"};
    c.set("operation", operation);
    c.set("path", path);
    return c;
}

class Maker {
  public:
    Element diff{"diff", {{"format", "2"}}};

    void deletions(const Element& a, const Element& b, const std::string& path) {
        if (a.same_as(b)) return;
        const auto pairs = pair_up(a, b);
        std::size_t gone = 0;  // a position is that of the moment: what was deleted before no longer counts
        for (std::size_t i = 0; i < a.children().size(); ++i) {
            const auto partner = std::find(pairs.begin(), pairs.end(), std::optional{i});
            const Element& child = a.children()[i];
            if (partner != pairs.end()) {
                if (!child.is_comment()) {
                    deletions(child, b.children()[static_cast<std::size_t>(partner - pairs.begin())], path + step(child));
                }
                continue;
            }
            Element c = change("delete", path + step(child));
            if (child.is_comment()) c.set("position", std::to_string(i - gone));
            diff.add(std::move(c));
            ++gone;
        }
    }

    void changes(const Element& a, const Element& b, const std::string& path, bool versions) {
        if (a.same_as(b)) return;
        attributes(a, b, path, versions);
        const auto pairs = pair_up(a, b);
        std::vector<std::size_t> present;  // children of a that stay, as they stand while the steps are made
        for (std::size_t i = 0; i < a.children().size(); ++i) {
            if (std::find(pairs.begin(), pairs.end(), std::optional{i}) != pairs.end()) present.push_back(i);
        }
        constexpr std::size_t kNew = static_cast<std::size_t>(-1);
        for (std::size_t j = 0; j < b.children().size(); ++j) {
            const Element& child = b.children()[j];
            const auto here = present.begin() + static_cast<std::ptrdiff_t>(std::min(j, present.size()));
            if (!pairs[j]) {
                Element c = change("create", path);
                c.set("position", std::to_string(j));
                c.add(child);
                diff.add(std::move(c));
                present.insert(here, kNew);
                continue;
            }
            if (!child.is_comment()) changes(a.children()[*pairs[j]], child, path + step(child), versions);
            const auto at = std::find(present.begin(), present.end(), *pairs[j]);
            if (at == here) continue;
            Element c = change("move", path + step(child));
            c.set("position", std::to_string(j));
            diff.add(std::move(c));
            present.erase(at);
            present.insert(present.begin() + static_cast<std::ptrdiff_t>(j), *pairs[j]);
        }
    }

  private:
    static bool counts(const Element& e, const std::string& name, bool versions) {
        return versions || e.name() != "cib" || (name != "admin_epoch" && name != "epoch" && name != "num_updates");
    }

    void attributes(const Element& a, const Element& b, const std::string& path, bool versions) {
        Element list{"change-list"};
        for (const auto& x : b.attributes()) {
            const std::string* was = a.find(x.name);
            if ((was && *was == x.value) || !counts(b, x.name, versions)) continue;
            list.add(Element{"change-attr", {{"name", x.name}, {"operation", "set"}, {"value", x.value}}});
        }
        for (const auto& x : a.attributes()) {
            if (b.has(x.name) || !counts(b, x.name, versions)) continue;
            list.add(Element{"change-attr", {{"name", x.name}, {"operation", "unset"}}});
        }
        if (list.children().empty()) return;
        Element c = change("modify", path);
        c.add(std::move(list));
        c.add(Element{"change-result"}).add(Element{b.name(), b.attributes()});
        diff.add(std::move(c));
    }
};

Element version_element(const char* name, const Element& cib) {
    const Version v = version_of(cib);
    return Element{name, {{"admin_epoch", std::to_string(v.admin_epoch)},
                          {"epoch", std::to_string(v.epoch)},
                          {"num_updates", std::to_string(v.num_updates)}}};
}

}  // namespace

Element make_patchset(const Element& from, const Element& to, bool with_version) {
    Maker maker;
    if (with_version) {
        Element version{"version"};
        version.add(version_element("source", from));
        version.add(version_element("target", to));
        maker.diff.add(std::move(version));
    }
    maker.deletions(from, to, "/" + from.name());
    maker.changes(from, to, "/" + to.name(), with_version);
    return std::move(maker.diff);
}

bool has_changes(const Element& patchset) { return patchset.child("change") != nullptr; }

}  // namespace muster::cib
