#include "base/xml/write.h"

#include <fmt/format.h>

namespace muster::xml {
namespace {

void open_tag(std::string& out, const Element& e) {
    out += '<';
    out += e.name();
    for (const Attribute& a : e.attributes()) {
        out += ' ';
        out += a.name;
        out += "=\"";
        out += escape(a.value);
        out += '"';
    }
}

void write(std::string& out, const Element& e, int level, bool pretty) {
    const std::string indent = pretty ? std::string(static_cast<std::size_t>(level) * 2, ' ') : std::string{};
    const char* newline = pretty ? "\n" : "";
    out += indent;
    if (e.is_comment()) {
        out += "<!--" + e.text() + "-->" + newline;
        return;
    }
    open_tag(out, e);
    if (e.children().empty() && e.text().empty()) {
        out += "/>";
        out += newline;
        return;
    }
    out += '>';
    out += escape(e.text());
    if (!e.children().empty()) {
        // Beside text no blanks are added: they would be text when it is read again.
        const bool laid_out = pretty && e.text().empty();
        if (laid_out) out += newline;
        for (const Element& c : e.children()) write(out, c, level + 1, laid_out);
        if (laid_out) out += indent;
    }
    out += "</" + e.name() + ">" + newline;
}

}  // namespace

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\n': out += "&#10;"; break;
            case '\r': out += "&#13;"; break;
            case '\t': out += "&#9;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string write_pretty(const Element& element, int level) {
    std::string out;
    write(out, element, level, true);
    return out;
}

std::string write_compact(const Element& element) {
    std::string out;
    write(out, element, 0, false);
    return out;
}

}  // namespace muster::xml
