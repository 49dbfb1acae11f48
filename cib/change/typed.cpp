// Operations on the typed document: the status becomes a tree only when the operation may touch it.
#include "base/text.h"
#include "cib/change/operation.h"
#include "cib/model/read.h"
#include "cib/model/write.h"

namespace muster::cib {
namespace {

bool may_touch_status(const Operation& op) {
    if (op.verb == Verb::bump) return false;
    if (op.verb == Verb::erase) return true;
    if (!op.xpath.empty()) return !starts_with(op.xpath, "/cib/configuration");
    if (op.section == "status") return true;
    const bool whole = op.section.empty() || op.section == "all" || op.section == "cib";
    if (!whole) return false;
    if (op.verb == Verb::query || op.verb == Verb::replace || !op.input) return true;
    // A search through the whole document, unless the input says that it is about the configuration alone.
    if (op.input->name() == "cib") return op.input->child("status") != nullptr;
    return op.input->name() != "configuration";
}

xml::Element configuration_only(const Cib& cib) {
    xml::Element root{"cib", cib.attributes};
    root.add(cib.configuration);
    root.add(xml::Element{"status"});
    return root;
}

}  // namespace

Result<TypedOutcome> apply(const Cib& cib, const Operation& op) {
    const bool with_status = may_touch_status(op);
    auto outcome = apply(with_status ? to_element(cib) : configuration_only(cib), op);
    if (!outcome) return tl::make_unexpected(outcome.error());
    TypedOutcome typed;
    typed.changed = outcome->changed;
    typed.result = std::move(outcome->result);
    if (!typed.changed) {
        typed.document = cib;
        return typed;
    }
    if (with_status) {
        auto document = from_element(outcome->document);
        if (!document) return tl::make_unexpected(document.error());
        typed.document = std::move(*document);
        return typed;
    }
    typed.document.attributes = outcome->document.attributes();
    if (const auto* c = outcome->document.child("configuration")) typed.document.configuration = *c;
    typed.document.status = cib.status;
    return typed;
}

}  // namespace muster::cib
