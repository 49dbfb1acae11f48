#include "tools/crm/levels/members.h"

#include <set>

#include "base/text.h"
#include "tools/crm/lang/objects.h"
#include "tools/crm/lang/unknown.h"

namespace muster::crm {
namespace {

void primitives_below(const xml::Element& e, std::set<std::string>& out) {
    if (e.name() == "primitive") out.insert(e.id());
    for (const auto& child : e.children()) primitives_below(child, out);
}

// "web:2" is an entry of web; a bundle's containers, addresses and connections are named after it.
bool entry_of(const std::string& entry, const std::string& id, bool bundle) {
    return entry == id || starts_with(entry, id + ":") || (bundle && starts_with(entry, id + "-"));
}

}  // namespace

Result<std::vector<std::string>> history_names(const cib::Cib& cib, const std::string& id) {
    const Object object = find_object(cib.configuration, id);
    const bool known = object.element != nullptr && is_resource_name(object.element->name());
    std::set<std::string> primitives{id};
    if (known) primitives_below(*object.element, primitives);
    const bool bundle = known && object.element->name() == "bundle";
    std::set<std::string> out;
    for (const auto& node : cib.status.nodes) {
        for (const auto& h : node.history) {
            for (const auto& p : primitives) {
                if (entry_of(h.id, p, bundle && p == id)) out.insert(h.id);
            }
        }
    }
    if (!known && out.empty()) return fail(ErrorCode::not_found, no_resource(cib.configuration, id));
    if (known && object.element->name() == "primitive") out.insert(id);
    return std::vector<std::string>{out.begin(), out.end()};
}

}  // namespace muster::crm
