// Resources as text.
#include "base/text.h"
#include "tools/crm/lang/print_parts.h"

namespace muster::crm::lang {

using xml::Element;

namespace {

std::string keyword_of_set(const std::string& element) {
    if (element == "instance_attributes") return "params";
    if (element == "meta_attributes") return "meta";
    return element;
}

void add_description(const Element& e, Parts& out) {
    if (const auto* text = e.find("description")) out.push_back(pair_text("description", *text));
}

std::string agent_text(const Element& e) {
    if (const auto* name = e.find("template")) return "@" + *name;
    if (e.get("class") != "ocf") return e.get("class") + ":" + e.get("type");
    if (e.get("provider") == "heartbeat") return e.get("type");
    return "ocf:" + e.get("provider") + ":" + e.get("type");
}

void add_op(const Element& op, Parts& out, const PrintOptions& options) {
    std::string text = "op " + op.get("name");
    for (const auto& a : op.attributes()) {
        if (a.name != "id" && a.name != "name") text += " " + pair_text(a.name, a.value);
    }
    out.push_back(text);
    for (const auto& set : op.children()) {
        if (set.is_comment()) continue;
        const std::string keyword = set.name() == "meta_attributes" ? "op_meta" : "op_params";
        out.push_back(set_text(keyword, set, op.id() + "-" + set.name(), options));
    }
}

void add_operations(const Element& e, Parts& out, const PrintOptions& options) {
    if (const auto* reference = e.find("id-ref")) {
        out.push_back("operations $id-ref=" + value_text(*reference));
        return;
    }
    if (const auto* id = e.find("id")) out.push_back("operations $id=" + value_text(*id));
    for (const auto& op : e.children()) {
        if (!op.is_comment()) add_op(op, out, options);
    }
}

}  // namespace

Parts print_primitive(const Element& e, const std::string& keyword, const PrintOptions& options) {
    Parts out{keyword + " " + e.id() + " " + agent_text(e)};
    add_description(e, out);
    for (const auto& child : e.children()) {
        if (child.is_comment()) continue;
        if (child.name() == "operations") {
            add_operations(child, out, options);
        } else {
            out.push_back(set_text(keyword_of_set(child.name()), child, e.id() + "-" + child.name(), options));
        }
    }
    return out;
}

Parts print_container(const Element& e, const std::string& keyword, const PrintOptions& options) {
    std::string head = keyword + " " + e.id();
    for (const auto& child : e.children()) {
        if (is_resource_name(child.name())) head += " " + child.id();
    }
    Parts out{head};
    add_description(e, out);
    for (const auto& child : e.children()) {
        if (child.is_comment() || is_resource_name(child.name())) continue;
        out.push_back(set_text(keyword_of_set(child.name()), child, e.id() + "-" + child.name(), options));
    }
    return out;
}

Parts print_bundle(const Element& e, const PrintOptions& options) {
    Parts out{"bundle " + e.id()};
    add_description(e, out);
    std::string primitive;
    for (const auto& child : e.children()) {
        if (child.is_comment()) continue;
        if (is_resource_name(child.name())) {
            primitive = child.id();
            continue;
        }
        if (ends_with(child.name(), "_attributes")) {
            out.push_back(set_text(keyword_of_set(child.name()), child, e.id() + "-" + child.name(), options));
            continue;
        }
        std::string text = child.name();
        for (const auto& a : child.attributes()) text += " " + pair_text(a.name, a.value);
        for (const auto& mapping : child.children()) {
            text += " " + mapping.name();
            for (const auto& a : mapping.attributes()) text += " " + pair_text(a.name, a.value);
        }
        out.push_back(text);
    }
    if (!primitive.empty()) out.push_back("primitive " + primitive);
    return out;
}

}  // namespace muster::crm::lang
