#include "tools/classic/report.h"

#include "base/xml/write.h"
#include "tools/classic/error_table.h"

namespace muster::classic {

Report::Report(Context& context, const Options& options)
    : context_{context}, xml_{options.get("output-as") == "xml"} {
    root_.set("api-version", "2.25");
    root_.set("request", context.request());
}

void Report::add(std::string text, xml::Element element) {
    if (xml_) {
        root_.add(std::move(element));
    } else {
        context_.out += text;
    }
}

void Report::text(std::string_view text) {
    if (!xml_) context_.out += text;
}

xml::Element& Report::element(xml::Element element) { return root_.add(std::move(element)); }

Exit Report::error(Exit status, std::string text) {
    std::string line = context_.program + ": " + text;
    if (xml_) {
        errors_.push_back(std::move(line));
    } else {
        context_.err += line + "\n";
    }
    return status;
}

void Report::plain_error(const std::string& text) {
    if (xml_) {
        errors_.push_back(text);
    } else {
        context_.err += text + "\n";
    }
}

Exit Report::finish(Exit status) {
    if (!xml_) return status;
    xml::Element s{"status"};
    s.set("code", std::to_string(status));
    s.set("message", status_words(status));
    if (!errors_.empty()) {
        xml::Element& list = s.add(xml::Element{"errors"});
        for (const auto& e : errors_) list.add(xml::Element{"error"}.set_text(e));
    }
    root_.add(std::move(s));
    context_.out += xml::write_pretty(root_);
    return status;
}

const char* status_words(Exit status) { return exit_entry(status).text; }

}  // namespace muster::classic
