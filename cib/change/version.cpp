#include "base/text.h"
#include "cib/change/operation.h"

namespace muster::cib {
namespace {

std::int64_t number(const xml::Element& cib, std::string_view attribute) {
    const std::string* text = cib.find(attribute);
    return text ? parse_int(*text).value_or(0) : 0;
}

bool differs(const xml::Element* a, const xml::Element* b) {
    if (!a || !b) return a != b;
    return !a->same_as(*b) && !(*a == *b);
}

}  // namespace

Version version_of(const xml::Element& cib) {
    return {number(cib, "admin_epoch"), number(cib, "epoch"), number(cib, "num_updates")};
}

ChangeKind compare(const xml::Element& before, const xml::Element& after) {
    if (before.same_as(after)) return ChangeKind::none;
    if (differs(before.child("configuration"), after.child("configuration"))) return ChangeKind::configuration;
    return before == after ? ChangeKind::none : ChangeKind::status;
}

void bump_version(xml::Element& cib, ChangeKind kind) {
    if (kind == ChangeKind::none) return;
    const Version v = version_of(cib);
    if (kind == ChangeKind::configuration) {
        cib.set("epoch", std::to_string(v.epoch + 1));
        cib.set("num_updates", "0");
    } else {
        cib.set("num_updates", std::to_string(v.num_updates + 1));
    }
    if (!cib.has("admin_epoch")) cib.set("admin_epoch", "0");
}

}  // namespace muster::cib
