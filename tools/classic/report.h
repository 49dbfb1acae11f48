// Output as text or as Pacemaker's XML (<pacemaker-result>), chosen by --output-as.
#pragma once

#include <string>
#include <vector>

#include "base/xml/element.h"
#include "tools/classic/context.h"

namespace muster::classic {

class Report {
  public:
    Report(Context& context, const Options& options);
    bool xml() const { return xml_; }
    // One of the two is used.
    void add(std::string text, xml::Element element);
    void text(std::string_view text);                 // nothing in XML
    xml::Element& element(xml::Element element);      // nothing in text
    Exit error(Exit status, std::string text);        // "program: text" on stderr, or <error> in the status
    void plain_error(const std::string& text);        // the same without the program's name
    // Writes the XML's end; returns the status.
    Exit finish(Exit status);

  private:
    Context& context_;
    bool xml_ = false;
    xml::Element root_{"pacemaker-result"};
    std::vector<std::string> errors_;
};

// "OK", "No such object": what <status message=> says.
const char* status_words(Exit status);

}  // namespace muster::classic
