// Reading foreign CIBs: no crash, both parsers agree, and what was read is written and read again unchanged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "base/xml/scan.h"
#include "cib/model/read.h"
#include "cib/model/write.h"
#include "tests/xml_events.h"

using namespace muster;

namespace {
[[noreturn]] void broken(std::string_view what) {
    std::cerr << what << "\n";
    std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    // libxml2 counts a namespace prefix apart from the name and wants it declared; a CIB has none.
    if (xml::can_scan(bytes) && bytes.find(':') == std::string_view::npos && bytes.find("xmlns") == std::string_view::npos) {
        test::Events ours;
        test::Events theirs;
        const auto a = xml::scan(bytes, ours);
        const auto b = xml::parse_with_libxml2(bytes, theirs);
        // Names beyond ASCII: libxml2 knows which letters may stand in a name, we take them all.
        bool ascii = true;
        for (const char c : bytes) ascii = ascii && static_cast<unsigned char>(c) < 0x80;
        if (ascii && a.has_value() != b.has_value()) broken(a ? "only libxml2 refuses it" : a.error().message);
    }
    const auto cib = cib::read(bytes);
    if (!cib) return 0;
    const auto again = cib::read(cib::write(*cib));
    if (!again) broken(again.error().message);
    if (cib::write(*again) != cib::write(*cib)) {
        std::cerr << cib::write(*cib) << "\n----\n" << cib::write(*again) << "\n";
        broken("written, read and written again: not the same");
    }
    return 0;
}
