#include "base/xml/libxml_document.h"

#include <algorithm>
#include <limits>

namespace muster::xml {
namespace {

const xmlChar* chars(const std::string& s) { return reinterpret_cast<const xmlChar*>(s.c_str()); }

xmlNode* to_node(xmlDoc* document, const Element& e) {
    if (e.is_comment()) return xmlNewDocComment(document, chars(e.text()));
    xmlNode* node = xmlNewDocNode(document, nullptr, chars(e.name()), nullptr);
    node->line = static_cast<unsigned short>(
        std::clamp(e.line(), 0, static_cast<int>(std::numeric_limits<unsigned short>::max())));
    for (const Attribute& a : e.attributes()) xmlNewProp(node, chars(a.name), chars(a.value));
    if (!e.text().empty()) xmlAddChild(node, xmlNewDocText(document, chars(e.text())));
    for (const Element& c : e.children()) xmlAddChild(node, to_node(document, c));
    return node;
}

}  // namespace

LibxmlDocument to_libxml(const Element& root) {
    LibxmlDocument document{xmlNewDoc(reinterpret_cast<const xmlChar*>("1.0"))};
    xmlDocSetRootElement(document.get(), to_node(document.get(), root));
    return document;
}

}  // namespace muster::xml
