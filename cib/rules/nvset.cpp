#include "cib/rules/nvset.h"

#include <algorithm>

#include "base/score.h"
#include "cib/rules/rule.h"

namespace muster::cib {
namespace {

bool before(const NameValue& a, std::string_view name) { return a.name < name; }

struct Candidate {
    const xml::Element* set;
    Score score;
    bool first;  // cib-bootstrap-options
};

// All rules of the set must pass: the schema allows one, old documents had several.
bool rules_pass(const xml::Element& set, const EvalContext& context, const IdIndex& index) {
    for (const auto& child : set.children()) {
        if (!child.is_comment() && child.name() == "rule" && !evaluate(child, context, index)) return false;
    }
    return true;
}

NameValue value_of(const xml::Element& nvpair, const xml::Element& set, const IdIndex& index) {
    const xml::Element* target = index.resolve(nvpair);
    NameValue v;
    if (target == nullptr) return v;
    // A reference may give the value another name.
    const std::string* own = nvpair.find("name");
    v.name = own != nullptr ? std::string_view{*own} : std::string_view{target->get("name")};
    v.value = target->get("value");
    v.set = &set;
    v.pair = &nvpair;
    if (!target->has("value")) v.name = {};
    return v;
}

void add_set(const xml::Element& set, const IdIndex& index, NameValues& out) {
    const auto take = [&](const xml::Element& parent) {
        for (const auto& child : parent.children()) {
            if (child.is_comment() || child.name() != "nvpair") continue;
            const NameValue v = value_of(child, set, index);
            if (v.name.empty()) continue;
            // "#default" takes back what stood before it, in this set or an earlier one; a later one may give it anew.
            if (v.value == "#default") out.erase(v.name);
            else out.add_missing(v);
        }
    };
    take(set);
    // Documents of the first schemas wrapped the pairs.
    if (const xml::Element* old = set.child("attributes")) take(*old);
}

NameValues resolve_candidates(std::vector<Candidate>& candidates, const EvalContext& context, const IdIndex& index) {
    if (candidates.size() > 1) {
        std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
            if (a.first != b.first) return a.first;
            return a.score > b.score;
        });
    }
    NameValues out;
    for (const Candidate& c : candidates) {
        if (rules_pass(*c.set, context, index)) add_set(*c.set, index, out);
    }
    return out;
}

void add_candidate(const xml::Element& set, const IdIndex& index, const EvalContext& context,
                   std::vector<Candidate>& out) {
    const xml::Element* target = index.resolve(set);
    if (target == nullptr) {
        context.problem("id-ref=\"" + set.get("id-ref") + "\": there is no <" + set.name() + "> of that id");
        return;
    }
    Score score;
    if (const std::string* text = target->find("score")) {
        if (const auto parsed = parse_score(*text)) score = *parsed;
    }
    out.push_back({target, score, target->id() == "cib-bootstrap-options"});
}

}  // namespace

const NameValue* NameValues::find(std::string_view name) const {
    const auto at = std::lower_bound(all_.begin(), all_.end(), name, before);
    return at != all_.end() && at->name == name ? &*at : nullptr;
}

std::string_view NameValues::get(std::string_view name, std::string_view otherwise) const {
    const NameValue* v = find(name);
    return v != nullptr ? v->value : otherwise;
}

void NameValues::add_missing(NameValue one) {
    const auto at = std::lower_bound(all_.begin(), all_.end(), one.name, before);
    if (at == all_.end() || at->name != one.name) all_.insert(at, one);
}

void NameValues::add_missing(const NameValues& outer) {
    if (all_.empty()) {
        all_ = outer.all_;
        return;
    }
    for (const NameValue& v : outer.all_) add_missing(v);
}

void NameValues::set(NameValue one) {
    const auto at = std::lower_bound(all_.begin(), all_.end(), one.name, before);
    if (at != all_.end() && at->name == one.name) *at = one;
    else all_.insert(at, one);
}

void NameValues::erase(std::string_view name) {
    const auto at = std::lower_bound(all_.begin(), all_.end(), name, before);
    if (at != all_.end() && at->name == name) all_.erase(at);
}

NameValues resolve(const xml::Element& owner, std::string_view set_name, const EvalContext& context,
                   const IdIndex& index) {
    std::vector<Candidate> candidates;
    for (const auto& child : owner.children()) {
        if (!child.is_comment() && child.name() == set_name) add_candidate(child, index, context, candidates);
    }
    return resolve_candidates(candidates, context, index);
}

NameValues resolve(const std::vector<const xml::Element*>& sets, const EvalContext& context, const IdIndex& index) {
    std::vector<Candidate> candidates;
    for (const xml::Element* set : sets) add_candidate(*set, index, context, candidates);
    return resolve_candidates(candidates, context, index);
}

}  // namespace muster::cib
