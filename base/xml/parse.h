// Reading XML (our own scanner, base/xml/scan.h, and libxml2's SAX interface behind it; no network, no entities from outside, depth and size bounded).
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/xml/element.h"

namespace muster::xml {

// One attribute as it stands in the parser's buffer: valid only during the call.
struct AttributeView {
    std::string_view name;
    std::string_view value;
};

// Streaming form: called for each start and end tag in document order, for documents too large for a tree.
class Handler {
  public:
    virtual ~Handler() = default;
    virtual void start(std::string_view name, const std::vector<AttributeView>& attributes, int line) = 0;
    virtual void end(std::string_view name) = 0;
    virtual void text(std::string_view) {}
    virtual void comment(std::string_view, int /*line*/) {}
};

// The error says line and what was seen: `line 12: tag "primitive" is not closed`.
Result<void> parse(std::string_view bytes, Handler& handler);
// Always by the general parser; parse() uses it for what base/xml/scan.h does not take.
Result<void> parse_with_libxml2(std::string_view bytes, Handler& handler);
Result<Element> parse(std::string_view bytes);

}  // namespace muster::xml
