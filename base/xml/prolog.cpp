// Whether our scanner takes a document, by what stands before its root element.
#include "base/text.h"
#include "base/xml/characters.h"
#include "base/xml/scan.h"

namespace muster::xml {
namespace {

// "<?xml ...?>" written as everybody writes it; anything odd is for the general parser to judge.
bool usual_declaration(std::string_view declaration) {
    const auto words = split_words(declaration);
    const bool version = !words.empty() && (words[0] == "version=\"1.0\"" || words[0] == "version='1.0'");
    const bool utf8 = words.size() == 2 && starts_with(words[1], "encoding=") &&
                      (iequals(words[1].substr(9), "\"utf-8\"") || iequals(words[1].substr(9), "'utf-8'"));
    const bool blank_first = !declaration.empty() && is(declaration[0], kBlank);
    return blank_first && version && (words.size() == 1 || utf8);
}

bool skip_past(std::string_view& bytes, std::string_view end, std::size_t from) {
    const auto at = bytes.find(end, from);
    if (at == std::string_view::npos) return false;
    bytes.remove_prefix(at + end.size());
    return true;
}

}  // namespace

bool can_scan(std::string_view bytes) {
    if (starts_with(bytes, "\xEF\xBB\xBF")) bytes.remove_prefix(3);
    if (starts_with(bytes, "<?xml")) {
        const auto end = bytes.find("?>");
        if (end == std::string_view::npos || !usual_declaration(bytes.substr(5, end - 5))) return false;
        bytes.remove_prefix(end + 2);
    }
    // Comments and instructions may stand before the root; a DOCTYPE may, too.
    while (true) {
        bytes = trim(bytes);
        if (starts_with(bytes, "<!--")) {
            if (!skip_past(bytes, "-->", 4)) return false;
        } else if (starts_with(bytes, "<?")) {
            if (!skip_past(bytes, "?>", 0)) return false;
        } else {
            return bytes.size() > 1 && bytes[0] == '<' && bytes[1] != '!';
        }
    }
}

}  // namespace muster::xml
