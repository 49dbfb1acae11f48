#include "tools/classic/cib_digest.h"

#include "base/digest.h"
#include "base/text.h"
#include "base/xml/write.h"

namespace muster::classic {
namespace {

bool about_the_writer(const std::string& name) {
    return name == "cib-last-written" || name == "crm-debug-origin" || starts_with(name, "update-");
}

xml::Element without_writer(const xml::Element& e) {
    xml::Element plain{e.name()};
    for (const auto& a : e.attributes()) {
        if (!about_the_writer(a.name)) plain.set(a.name, a.value);
    }
    for (const auto& c : e.children()) {
        if (!c.is_comment()) plain.add(without_writer(c));
    }
    return plain;
}

}  // namespace

// A blank before and a newline after: the oldest framing, kept on disk for ever.
std::string digest_on_disk(const xml::Element& cib) { return md5_hex(" " + xml::write_compact(cib) + "\n"); }

std::string digest_on_wire(const xml::Element& cib) { return md5_hex(xml::write_compact(without_writer(cib))); }

}  // namespace muster::classic
