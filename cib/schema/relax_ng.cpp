#include "cib/schema/relax_ng.h"

#include <libxml/relaxng.h>
#include <libxml/xmlerror.h>

#include <memory>

#include "base/result.h"
#include "base/text.h"
#include "base/xml/libxml_document.h"

namespace muster::cib {
namespace {

struct SchemaFree {
    void operator()(xmlRelaxNG* s) const noexcept { xmlRelaxNGFree(s); }
};
struct ParserFree {
    void operator()(xmlRelaxNGParserCtxt* p) const noexcept { xmlRelaxNGFreeParserCtxt(p); }
};
struct ValidatorFree {
    void operator()(xmlRelaxNGValidCtxt* v) const noexcept { xmlRelaxNGFreeValidCtxt(v); }
};

const xmlRelaxNG* schema() {
    static const std::unique_ptr<xmlRelaxNG, SchemaFree> compiled = [] {
        const auto text = schema_text();
        const std::unique_ptr<xmlRelaxNGParserCtxt, ParserFree> parser{
            xmlRelaxNGNewMemParserCtxt(text.data(), static_cast<int>(text.size()))};
        return std::unique_ptr<xmlRelaxNG, SchemaFree>{xmlRelaxNGParse(parser.get())};
    }();
    MUSTER_ASSERT(compiled);  // our own file does not compile
    return compiled.get();
}

void on_error(void* user, xmlErrorPtr error) {
    auto& complaints = *static_cast<std::vector<RawComplaint>*>(user);
    RawComplaint c;
    if (const auto* node = static_cast<const xmlNode*>(error->node); node && node->name) {
        c.element = reinterpret_cast<const char*>(node->name);
        c.line = static_cast<int>(node->line);
    }
    c.text = std::string{trim(error->message ? error->message : "not valid")};
    complaints.push_back(std::move(c));
}

}  // namespace

std::vector<RawComplaint> check_grammar(const xml::Element& cib) {
    std::vector<RawComplaint> complaints;
    const xml::LibxmlDocument document = xml::to_libxml(cib);
    const std::unique_ptr<xmlRelaxNGValidCtxt, ValidatorFree> validator{
        xmlRelaxNGNewValidCtxt(const_cast<xmlRelaxNG*>(schema()))};
    xmlRelaxNGSetValidStructuredErrors(validator.get(), on_error, &complaints);
    if (xmlRelaxNGValidateDoc(validator.get(), document.get()) == 0) return {};
    if (complaints.empty()) complaints.push_back({cib.name(), 0, "not valid"});
    return complaints;
}

}  // namespace muster::cib
