#include "cib/schema/grammar.h"

#include <algorithm>

#include "base/result.h"
#include "base/xml/parse.h"
#include "cib/schema/relax_ng.h"

namespace muster::cib {
namespace {

using xml::Element;

class Reader {
  public:
    explicit Reader(const Element& schema) {
        for (const Element* d : schema.children_named("define")) defines_[d->get("name")] = d;
    }

    std::map<std::string, ElementRule> run() {
        for (const auto& [name, define] : defines_) {
            for (const Element& e : define->children()) {
                if (e.is_comment() || e.name() != "element" || !e.has("name")) continue;
                ElementRule& rule = rules_[e.get("name")];
                rule.name = e.get("name");
                for (const Element& c : e.children()) content(rule, c, true);
            }
        }
        return std::move(rules_);
    }

  private:
    void content(ElementRule& rule, const Element& e, bool required) {
        if (e.is_comment()) return;
        if (e.name() == "attribute") {
            if (e.child("anyName")) {
                rule.anything = true;
            } else {
                attribute(rule, e, required);
            }
        } else if (e.name() == "ref") {
            reference(rule, e.get("name"), required);
        } else if (e.name() != "text" && e.name() != "empty" && e.name() != "element") {
            const bool still = required && (e.name() == "group" || e.name() == "interleave" || e.name() == "oneOrMore");
            for (const Element& c : e.children()) content(rule, c, still);
        }
    }

    void reference(ElementRule& rule, const std::string& name, bool required) {
        if (name == "anything") {
            rule.anything = true;
            return;
        }
        const auto found = defines_.find(name);
        MUSTER_ASSERT(found != defines_.end());
        for (const Element& c : found->second->children()) {
            if (c.is_comment()) continue;
            if (c.name() == "element") {
                if (std::find(rule.children.begin(), rule.children.end(), c.get("name")) == rule.children.end()) {
                    rule.children.push_back(c.get("name"));
                }
            } else {
                content(rule, c, required);
            }
        }
    }

    // An element may take an attribute in several forms; what they allow adds up.
    void attribute(ElementRule& rule, const Element& e, bool required) {
        auto at = std::find_if(rule.attributes.begin(), rule.attributes.end(),
                               [&](const AttributeRule& a) { return a.name == e.get("name"); });
        if (at == rule.attributes.end()) {
            at = rule.attributes.insert(rule.attributes.end(), AttributeRule{});
            at->name = e.get("name");
            at->required = required;
        }
        for (const Element& c : e.children()) value(*at, c);
    }

    void value(AttributeRule& rule, const Element& e) {
        if (e.is_comment()) return;
        if (e.name() == "value") {
            rule.choices.push_back(e.text());
        } else if (e.name() == "ref") {
            if (rule.type.empty()) rule.type = e.get("name");
            for (const Element& c : defines_.at(e.get("name"))->children()) value(rule, c);
        } else if (e.name() == "data") {
            if (rule.type.empty()) rule.type = e.get("type");
        } else {
            for (const Element& c : e.children()) value(rule, c);
        }
    }

    std::map<std::string, const Element*> defines_;
    std::map<std::string, ElementRule> rules_;
};

}  // namespace

const AttributeRule* ElementRule::attribute(const std::string& wanted) const {
    for (const AttributeRule& a : attributes) {
        if (a.name == wanted) return &a;
    }
    return nullptr;
}

const std::map<std::string, ElementRule>& grammar() {
    static const std::map<std::string, ElementRule> rules = [] {
        const auto schema = xml::parse(schema_text());
        MUSTER_ASSERT(schema);
        return Reader{*schema}.run();
    }();
    return rules;
}

}  // namespace muster::cib
