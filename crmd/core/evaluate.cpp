// A client's Commit becomes a new document, or a refusal in words.  Only the leader of the era does this.
#include "base/text.h"
#include "base/xml/parse.h"
#include "cib/change/operation.h"
#include "cib/schema/schema.h"
#include "crmd/core/coordinator.h"
#include "crmd/protocol/crmd.pb.h"

namespace muster::crmd {
namespace {

constexpr std::size_t kMostComplaints = 8;

Result<cib::Verb> verb_of(const std::string& name) {
    if (name == "create") return cib::Verb::create;
    if (name == "modify") return cib::Verb::modify;
    if (name == "replace") return cib::Verb::replace;
    if (name == "delete") return cib::Verb::remove;
    if (name == "delete-all") return cib::Verb::remove_all;
    if (name == "erase") return cib::Verb::erase;
    if (name == "bump") return cib::Verb::bump;
    return fail(ErrorCode::unsupported, "unknown operation `" + name + "` on the CIB");
}

Result<xml::Element> carry_out(xml::Element document, const proto::Operation& wanted) {
    const auto verb = verb_of(wanted.verb());
    if (!verb) return tl::make_unexpected(verb.error());
    cib::Operation op;
    op.verb = *verb;
    op.section = wanted.section();
    op.xpath = wanted.xpath();
    op.allow_create = wanted.allow_create();
    op.expand_score = wanted.expand_score();
    if (!wanted.input_xml().empty()) {
        auto input = xml::parse(wanted.input_xml());
        if (!input) return tl::make_unexpected(input.error());
        op.input = std::move(*input);
    }
    auto outcome = cib::apply(document, op);
    if (!outcome) return tl::make_unexpected(outcome.error());
    return std::move(outcome->document);
}

// A whole <cib> replaces, its status left out; or only the <configuration>.
Result<xml::Element> replace(xml::Element document, const std::string& text) {
    auto input = xml::parse(text);
    if (!input) return tl::make_unexpected(input.error());
    const xml::Element* configuration = input->name() == "configuration" ? &*input : input->child("configuration");
    if (configuration == nullptr) return fail("expected <configuration> or <cib>, got <" + input->name() + ">");
    document.child_or_add("configuration") = *configuration;
    for (const char* name : {"validate-with", "admin_epoch"}) {
        if (input->name() == "cib" && input->has(name)) document.set(name, input->get(name));
    }
    return document;
}

Result<void> check_base(const xml::Element& document, const std::string& base) {
    if (base.empty()) return {};
    const auto parts = split(base, '.');
    const auto epoch_of = [&](std::size_t i) { return i < parts.size() ? parse_int(parts[i]).value_or(-1) : -1; };
    const cib::Version now = cib::version_of(document);
    if (epoch_of(0) == now.admin_epoch && epoch_of(1) == now.epoch) return {};
    return fail(ErrorCode::old, "the change was made from version " + base + ", but the configuration is at " + to_string(now) + " now");
}

}  // namespace

xml::Element initial_document() {
    const cib::Cib cib = cib::empty_cib();
    return cib::replica::document_of(cib);
}

Result<cib::replica::Evaluated> evaluate(const xml::Element& document, const cib::replica::Request& request, WallTime stamp) {
    proto::Commit commit;
    if (!commit.ParseFromString(request.operation)) return fail(ErrorCode::internal, "the request is not understood");
    if (auto fits = check_base(document, commit.base_version()); !fits) return tl::make_unexpected(fits.error());
    // Operations may name the status section; it is not in the journal's document.
    xml::Element next = document;
    next.child_or_add("status");
    if (commit.has_configuration_xml()) {
        auto replaced = replace(std::move(next), commit.configuration_xml());
        if (!replaced) return tl::make_unexpected(replaced.error());
        next = std::move(*replaced);
    }
    for (const proto::Operation& op : commit.operations().operation()) {
        auto changed = carry_out(std::move(next), op);
        if (!changed) return tl::make_unexpected(changed.error());
        next = std::move(*changed);
    }
    auto complaints = cib::validate(next);
    std::erase_if(complaints, [](const cib::Complaint& c) { return !c.fatal; });
    if (!complaints.empty()) {
        std::string text;
        for (std::size_t i = 0; i < complaints.size() && i < kMostComplaints; ++i) text += (i == 0 ? "" : "; ") + complaints[i].text;
        return fail("the configuration would not be valid: " + text);
    }
    std::erase_if(next.edit_children(), [](const xml::Element& e) { return e.name() == "status"; });
    if (next == document) return cib::replica::Evaluated{document, "unchanged"};
    next.set("cib-last-written", to_iso8601(stamp));
    next.set("update-user", request.author);
    next.set("update-client", request.client);
    return cib::replica::Evaluated{std::move(next), "changed"};
}

}  // namespace muster::crmd
