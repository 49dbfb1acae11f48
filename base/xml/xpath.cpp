#include "base/xml/xpath.h"

#include <fmt/format.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <algorithm>
#include <memory>

#include "base/xml/libxml_document.h"

namespace muster::xml {
namespace {

struct ContextFree {
    void operator()(xmlXPathContext* c) const noexcept { xmlXPathFreeContext(c); }
};
struct ObjectFree {
    void operator()(xmlXPathObject* o) const noexcept { xmlXPathFreeObject(o); }
};
using ContextPtr = std::unique_ptr<xmlXPathContext, ContextFree>;
using ObjectPtr = std::unique_ptr<xmlXPathObject, ObjectFree>;

const xmlChar* chars(const std::string& s) { return reinterpret_cast<const xmlChar*>(s.c_str()); }

bool counts(const xmlNode* n) { return n->type == XML_ELEMENT_NODE || n->type == XML_COMMENT_NODE; }

Path path_of(const xmlNode* node, const xmlNode* root) {
    Path path;
    for (const xmlNode* n = node; n && n != root; n = n->parent) {
        std::size_t index = 0;
        for (const xmlNode* s = n->prev; s; s = s->prev) {
            if (counts(s)) ++index;
        }
        path.push_back(index);
    }
    std::reverse(path.begin(), path.end());
    return path;
}

void ignore_error(void*, xmlErrorPtr) {}

void add_match(std::vector<Match>& matches, const xmlNode* node, const xmlNode* root) {
    Match m;
    if (node->type == XML_ATTRIBUTE_NODE) {
        m.attribute = reinterpret_cast<const char*>(node->name);
        m.path = path_of(node->parent, root);
    } else if (counts(node)) {
        m.path = path_of(node, root);
    } else if (node->type == XML_TEXT_NODE && node->parent) {
        m.path = path_of(node->parent, root);
    } else if (node->type == XML_DOCUMENT_NODE) {
        m.path = {};
    } else {
        return;
    }
    matches.push_back(std::move(m));
}

}  // namespace

Result<std::vector<Match>> select(const Element& root, std::string_view expression) {
    const LibxmlDocument document = to_libxml(root);
    const xmlNode* top = xmlDocGetRootElement(document.get());
    const ContextPtr context{xmlXPathNewContext(document.get())};
    context->error = ignore_error;
    const std::string text{expression};
    const ObjectPtr object{xmlXPathEvalExpression(chars(text), context.get())};
    if (!object) return fail(fmt::format("\"{}\" is not an XPath expression", expression));
    if (object->type != XPATH_NODESET) {
        return fail(fmt::format("XPath \"{}\" does not select elements", expression));
    }
    std::vector<Match> matches;
    xmlNodeSet* set = object->nodesetval;
    if (!set) return matches;
    xmlXPathNodeSetSort(set);
    for (int i = 0; i < set->nodeNr; ++i) {
        if (set->nodeTab[i]) add_match(matches, set->nodeTab[i], top);
    }
    return matches;
}

const Element& at(const Element& root, const Path& path) {
    const Element* e = &root;
    for (const std::size_t index : path) {
        MUSTER_ASSERT(index < e->children().size());
        e = &e->children()[index];
    }
    return *e;
}

Element& edit_at(Element& root, const Path& path) {
    Element* e = &root;
    for (const std::size_t index : path) {
        MUSTER_ASSERT(index < e->children().size());
        e = &e->edit_children()[index];
    }
    return *e;
}

void remove_at(Element& root, const Path& path) {
    MUSTER_ASSERT(!path.empty());
    Path parent{path.begin(), path.end() - 1};
    auto& children = edit_at(root, parent).edit_children();
    MUSTER_ASSERT(path.back() < children.size());
    children.erase(children.begin() + static_cast<std::ptrdiff_t>(path.back()));
}

std::string to_xpath(const Element& root, const Path& path) {
    std::string text = "/" + root.name();
    const Element* e = &root;
    for (const std::size_t index : path) {
        e = &e->children()[index];
        text += e->is_comment() ? "/comment()" : "/" + e->name();
        if (!e->id().empty()) text += "[@id='" + e->id() + "']";
    }
    return text;
}

}  // namespace muster::xml
