#include "tools/crm/lang/unknown.h"

#include "base/text.h"
#include "tools/crm/lang/objects.h"

namespace muster::crm {
namespace {

// A short name is another name as soon as two of its letters differ.
std::string sentence(const xml::Element& configuration, std::string_view what, std::string_view name, bool (*fits)(const Object&)) {
    std::string best;
    std::size_t distance = name.size() <= 4 ? 2 : 3;
    for (const auto& o : objects(configuration)) {
        if (!fits(o)) continue;
        const auto d = edit_distance(o.id, name);
        if (d < distance) {
            distance = d;
            best = o.id;
        }
    }
    std::string text = "there is no " + std::string{what} + " '" + std::string{name} + "'";
    if (!best.empty()) text += "; did you mean '" + best + "'?";
    return text;
}

}  // namespace

std::string no_resource(const xml::Element& configuration, std::string_view id) {
    return sentence(configuration, "resource", id, [](const Object& o) { return is_resource_name(o.element->name()); });
}

std::string no_node(const xml::Element& configuration, std::string_view name) {
    return sentence(configuration, "node", name, [](const Object& o) { return o.keyword == "node"; });
}

}  // namespace muster::crm
