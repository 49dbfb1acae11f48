#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "cib/change/operation.h"
#include "cib/schema/schema.h"
#include "cib/schema/upgrade_steps.h"

namespace muster::cib {
namespace {

using xml::Element;

struct Renaming {
    std::string_view from;
    std::string_view to;
};
constexpr std::array<Renaming, 3> kRenamed = {{{"crmd-integration-timeout", "join-integration-timeout"},
                                               {"crmd-finalization-timeout", "join-finalization-timeout"},
                                               {"crmd-transition-delay", "transition-delay"}}};

void upgrade_property(Element& pair, Changes& changes) {
    for (const auto& r : kRenamed) {
        if (pair.get("name") != r.from) continue;
        pair.set("name", std::string{r.to});
        changes.push_back(fmt::format("property {} is now called {}", r.from, r.to));
    }
    if (pair.get("name") == "stonith-action" && pair.get("value") == "poweroff") {
        pair.set("value", "off");
        changes.push_back("property stonith-action: \"poweroff\" is now called \"off\"");
    }
}

void upgrade_properties(Element& crm_config, Changes& changes) {
    for (Element& set : crm_config.edit_children()) {
        auto& pairs = set.edit_children();
        for (Element& pair : pairs) {
            if (pair.name() == "nvpair") upgrade_property(pair, changes);
        }
        const auto gone = std::remove_if(pairs.begin(), pairs.end(),
                                         [](const Element& p) { return p.get("name") == "remove-after-stop"; });
        if (gone != pairs.end()) changes.push_back("property remove-after-stop is dropped: it had become unsafe");
        pairs.erase(gone, pairs.end());
    }
}

bool is_block(const Element& e) {
    return e.name() == "instance_attributes" || e.name() == "meta_attributes" || e.name() == "utilization" ||
           e.name() == "cluster_property_set";
}

// Without a value a pair says nothing; of two with one name the first counts.
void clean_block(Element& block, Changes& changes) {
    std::set<std::string> names;
    auto& pairs = block.edit_children();
    const auto keep = [&](const Element& p) {
        if (p.name() != "nvpair" || p.has("id-ref")) return true;
        if (!p.has("value")) {
            changes.push_back(fmt::format("{} {}: {} has no value and is dropped", block.name(), block.id(), p.get("name")));
            return false;
        }
        if (names.insert(p.get("name")).second) return true;
        changes.push_back(fmt::format("{} {}: a second {} is dropped", block.name(), block.id(), p.get("name")));
        return false;
    };
    const auto end = std::stable_partition(pairs.begin(), pairs.end(), keep);
    pairs.erase(end, pairs.end());
}

bool needs_cleaning(const Element& e) {
    std::set<std::string> names;
    for (const Element* p : e.children_named("nvpair")) {
        if (!p->has("id-ref") && (!p->has("value") || !names.insert(p->get("name")).second)) return true;
    }
    return false;
}

void clean_blocks(Element& e, Changes& changes) {
    if (is_block(e) && needs_cleaning(e)) clean_block(e, changes);
    for (std::size_t i = 0; i < e.children().size(); ++i) {
        const Element& c = e.children()[i];
        if (c.is_comment() || c.children().empty()) continue;
        Element copy = c;
        const std::size_t before = changes.size();
        clean_blocks(copy, changes);
        if (changes.size() != before) e.edit_children()[i] = std::move(copy);
    }
}

void upgrade_topology(Element& topology, Changes& changes) {
    auto& levels = topology.edit_children();
    const auto gone = std::remove_if(levels.begin(), levels.end(), [&](const Element& l) {
        const auto index = parse_int(l.get("index"));
        const bool drop = l.name() == "fencing-level" && index && (*index < 1 || *index > 9);
        if (drop) changes.push_back(fmt::format("fencing-level {}: index {} never counted and is dropped", l.id(), *index));
        return drop;
    });
    levels.erase(gone, levels.end());
}

void upgrade_nodes(Element& nodes, Changes& changes) {
    for (Element& n : nodes.edit_children()) {
        if (n.get("type") == "normal") {
            n.set("type", "member");
            changes.push_back(fmt::format("node {}: type \"normal\" is now called \"member\"", n.get("uname")));
        }
    }
}

}  // namespace

void upgrade_options(Element& configuration, Changes& changes) {
    if (Element* crm_config = configuration.edit_child("crm_config")) upgrade_properties(*crm_config, changes);
    if (Element* nodes = configuration.edit_child("nodes")) upgrade_nodes(*nodes, changes);
    if (Element* topology = configuration.edit_child("fencing-topology")) upgrade_topology(*topology, changes);
    clean_blocks(configuration, changes);
}

Result<Upgrade> upgrade(const Element& cib) {
    if (cib.name() != "cib" || !cib.child("configuration")) {
        return fail("not a CIB: expected <cib> with a <configuration>");
    }
    Upgrade result;
    result.document = cib;
    const std::string from = cib.get("validate-with");
    if (from == kNewestSchema) return result;
    Element* configuration = result.document.edit_child("configuration");
    upgrade_acls(*configuration, result.changes);
    upgrade_resources(*configuration, result.changes);
    upgrade_constraints(*configuration, result.changes);
    upgrade_options(*configuration, result.changes);
    result.document.set("validate-with", std::string{kNewestSchema});
    result.changes.push_back(fmt::format("validate-with: {} becomes {}", from.empty() ? "(none given)" : from, kNewestSchema));
    Element checked = result.document;
    if (const auto complaints = validate(checked); !complaints.empty()) {
        return fail(fmt::format("the configuration cannot be upgraded: {}", to_string(complaints.front())));
    }
    return result;
}

}  // namespace muster::cib
