// Our own scanner for the XML that clusters write: a document without a DOCTYPE, in UTF-8.  It hands out views into the
// document and copies only what is escaped: several times faster than a general parser on a status of 200 MB.
// What it does not take (a DOCTYPE, another encoding) goes to libxml2; both refuse the same documents (tests/fuzz).
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/xml/parse.h"

namespace muster::xml {

// Judged before the first callback, from the part before the root element.
bool can_scan(std::string_view bytes);
Result<void> scan(std::string_view bytes, Handler& handler);

}  // namespace muster::xml
