#include "tools/classic/node_list.h"

#include <algorithm>

#include "cib/change/operation.h"

namespace muster::classic {
namespace {

using xml::Element;

void guests_below(const Element& e, std::vector<ListedNode>& found) {
    for (const Element& c : e.children()) {
        if (c.is_comment()) continue;
        if (c.name() == "primitive") {
            for (const Element* meta : c.children_named("meta_attributes")) {
                for (const Element* pair : meta->children_named("nvpair")) {
                    if (pair->get("name") == "remote-node") found.push_back({pair->get("value"), pair->get("value"), "guest"});
                }
            }
        }
        guests_below(c, found);
    }
}

void remotes_below(const Element& e, std::vector<ListedNode>& found) {
    for (const Element& c : e.children()) {
        if (c.name() == "primitive" && c.get("class") == "ocf" && c.get("provider") == "pacemaker" && c.get("type") == "remote") {
            found.push_back({c.id(), c.id(), "remote"});
        }
        if (!c.is_comment()) remotes_below(c, found);
    }
}

}  // namespace

std::vector<ListedNode> nodes_of(const Element& cib) {
    std::vector<ListedNode> nodes;
    if (const Element* section = cib::find_section(cib, "nodes")) {
        for (const Element* n : section->children_named("node")) {
            if (n->get("type") != "remote") nodes.push_back({n->get("uname"), n->id(), "cluster"});
        }
    }
    if (const Element* resources = cib::find_section(cib, "resources")) {
        guests_below(*resources, nodes);
        remotes_below(*resources, nodes);
    }
    if (const Element* section = cib::find_section(cib, "nodes")) {
        for (const Element* n : section->children_named("node")) {
            const bool listed = std::any_of(nodes.begin(), nodes.end(), [&](const ListedNode& l) { return l.name == n->get("uname"); });
            if (n->get("type") == "remote" && !listed) nodes.push_back({n->get("uname"), n->id(), "remote"});
        }
    }
    return nodes;
}

}  // namespace muster::classic
