// The difference of two documents as steps.  Children are matched by name and id, then by equal content; a
// longest ascending run of the matched stays where it is, so that one moved child is one or two steps and not
// one for each sibling.
#include <algorithm>
#include <map>
#include <utility>

#include "cib/change/patch.h"

namespace muster::cib {
namespace {

using xml::Element;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

class Differ {
  public:
    std::vector<Step> steps;
    void compare(const Element& from, const Element& to);

  private:
    void attributes(const Element& from, const Element& to);
    void children(const Element& from, const Element& to);
    void arrange(const Element& to, const std::vector<std::size_t>& match, std::vector<std::size_t> now,
                 const std::vector<Element>& old);
    void put(const Element& target, StepKind kind, std::size_t position, std::size_t dest,
             const Element* subtree);
    Step step(const Element& target, StepKind kind) const {
        Step s;
        s.kind = kind;
        s.path = path_;
        s.name = target.name();
        s.id = target.id();
        return s;
    }
    std::vector<std::uint32_t> path_;
};

void Differ::attributes(const Element& from, const Element& to) {
    // The id last: the steps before it check it.
    std::vector<Step> late;
    for (const auto& a : from.attributes()) {
        if (to.has(a.name)) continue;
        Step s = step(from, StepKind::unset);
        s.attribute = a.name;
        (a.name == "id" ? late : steps).push_back(std::move(s));
    }
    for (const auto& a : to.attributes()) {
        const std::string* old = from.find(a.name);
        if (old && *old == a.value) continue;
        Step s = step(from, StepKind::set);
        s.attribute = a.name;
        s.value = a.value;
        (a.name == "id" ? late : steps).push_back(std::move(s));
    }
    std::move(late.begin(), late.end(), std::back_inserter(steps));
}

// For each new child the old one that it continues, or kNone.
std::vector<std::size_t> match_children(const std::vector<Element>& from, const std::vector<Element>& to) {
    std::multimap<std::pair<std::string, std::string>, std::size_t> by_id;
    std::multimap<std::uint64_t, std::size_t> by_hash;
    std::multimap<std::string, std::size_t> by_name;  // no id: the next of that name
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (!from[i].id().empty())
            by_id.emplace(std::pair{from[i].name(), from[i].id()}, i);
        else
            by_hash.emplace(from[i].hash(), i);
    }
    std::vector<std::size_t> match(to.size(), kNone);
    std::vector<bool> used(from.size(), false);
    const auto take = [&](auto& index, const auto& key, std::size_t at) {
        const auto it = index.find(key);
        if (it == index.end()) return;
        match[at] = it->second;
        used[it->second] = true;
        index.erase(it);
    };
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (!to[i].id().empty())
            take(by_id, std::pair{to[i].name(), to[i].id()}, i);
        else
            take(by_hash, to[i].hash(), i);
    }
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (!used[i] && from[i].id().empty() && !from[i].is_comment()) by_name.emplace(from[i].name(), i);
    }
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (match[i] == kNone && to[i].id().empty() && !to[i].is_comment()) take(by_name, to[i].name(), i);
    }
    return match;
}

// Which of `values` (kNone left out) belong to one longest ascending run.
std::vector<bool> longest_run(const std::vector<std::size_t>& values) {
    std::vector<std::size_t> tails, previous(values.size(), kNone);  // tails: positions in values
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] == kNone) continue;
        const auto at = std::lower_bound(tails.begin(), tails.end(), values[i],
                                         [&](std::size_t t, std::size_t v) { return values[t] < v; });
        if (at != tails.begin()) previous[i] = *(at - 1);
        if (at == tails.end())
            tails.push_back(i);
        else
            *at = i;
    }
    std::vector<bool> in(values.size(), false);
    for (std::size_t i = tails.empty() ? kNone : tails.back(); i != kNone; i = previous[i]) in[i] = true;
    return in;
}

void Differ::put(const Element& target, StepKind kind, std::size_t position, std::size_t dest,
                 const Element* subtree) {
    Step s = step(target, kind);
    s.position = static_cast<std::uint32_t>(position);
    s.to = static_cast<std::uint32_t>(dest);
    if (subtree) s.subtree = *subtree;
    steps.push_back(std::move(s));
}

// Brings the kept old children (`now`, old positions) into the new order, inserting what is new.
void Differ::arrange(const Element& to, const std::vector<std::size_t>& match, std::vector<std::size_t> now,
                     const std::vector<Element>& old) {
    const std::vector<bool> stays = longest_run(match);
    std::vector<bool> fixed(old.size(), false);
    for (std::size_t i = 0; i < match.size(); ++i) {
        if (stays[i]) fixed[match[i]] = true;
    }
    for (std::size_t i = 0; i < match.size(); ++i) {
        if (match[i] == kNone) {
            put(to, StepKind::insert, i, 0, &to.children()[i]);
            now.insert(now.begin() + static_cast<std::ptrdiff_t>(i), kNone);
            continue;
        }
        if (stays[i]) {  // whatever stands before it has its place further on
            while (now[i] != match[i]) {
                put(to, StepKind::move, i, now.size() - 1, nullptr);
                std::rotate(now.begin() + static_cast<std::ptrdiff_t>(i),
                            now.begin() + static_cast<std::ptrdiff_t>(i) + 1, now.end());
            }
            continue;
        }
        const auto at = std::find(now.begin() + static_cast<std::ptrdiff_t>(i), now.end(), match[i]);
        if (const auto position = static_cast<std::size_t>(at - now.begin()); position != i) {
            put(to, StepKind::move, position, i, nullptr);
            std::rotate(now.begin() + static_cast<std::ptrdiff_t>(i), at, at + 1);
        }
    }
}

void Differ::children(const Element& from, const Element& to) {
    const auto& old = from.children();
    const auto match = match_children(old, to.children());
    std::vector<bool> kept(old.size(), false);
    for (const std::size_t m : match) {
        if (m != kNone) kept[m] = true;
    }
    for (std::size_t i = old.size(); i-- > 0;) {
        if (!kept[i]) put(to, StepKind::remove, i, 0, nullptr);
    }
    std::vector<std::size_t> now;
    for (std::size_t i = 0; i < old.size(); ++i) {
        if (kept[i]) now.push_back(i);
    }
    arrange(to, match, std::move(now), old);
    for (std::size_t i = 0; i < match.size(); ++i) {
        if (match[i] == kNone || old[match[i]].same_as(to.children()[i])) continue;
        path_.push_back(static_cast<std::uint32_t>(i));
        compare(old[match[i]], to.children()[i]);
        path_.pop_back();
    }
}

// Both have the same name; the caller sees to that.
void Differ::compare(const Element& from, const Element& to) {
    if (from.same_as(to) || from.hash() == to.hash()) return;
    if (from.text() != to.text()) {
        Step s = step(from, StepKind::text);
        s.value = to.text();
        steps.push_back(std::move(s));
    }
    attributes(from, to);
    children(from, to);  // steps from here on check the new id
}

}  // namespace

Patch diff(const Element& from, const Element& to) {
    Differ d;
    d.compare(from, to);
    return Patch{std::move(d.steps)};
}

}  // namespace muster::cib
