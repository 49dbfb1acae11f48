// Proves: libxml2 writes nothing of its own on stderr, and what it would have said there is an error of ours.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string>

#include "base/xml/element.h"
#include "base/xml/parse.h"
#include "tests/catch.h"

using namespace muster;

namespace {

// What is written on stderr meanwhile.
class Stderr {
  public:
    Stderr() : kept_{::dup(2)}, file_{::memfd_create("stderr", MFD_CLOEXEC)} { ::dup2(file_, 2); }
    ~Stderr() {
        ::dup2(kept_, 2);
        ::close(kept_);
        ::close(file_);
    }
    Stderr(const Stderr&) = delete;
    Stderr& operator=(const Stderr&) = delete;
    std::string text() const {
        std::array<char, 4096> buffer{};
        const auto n = ::pread(file_, buffer.data(), buffer.size(), 0);
        return {buffer.data(), static_cast<std::size_t>(n < 0 ? 0 : n)};
    }

  private:
    int kept_;
    int file_;
};

std::string declared(const std::string& encoding, const std::string& value) {
    return "<?xml version=\"1.0\" encoding=\"" + encoding + "\"?>\n<a><b c=\"" + value + "\"/></a>\n";
}

}  // namespace

TEST_CASE("bytes that the document's encoding does not have are refused, in our words alone") {
    for (const char* encoding : {"EUC-JP", "SHIFT_JIS", "BIG5", "UTF-16LE", "UTF-32", "nonsense"}) {
        INFO(encoding);
        const Stderr channel;
        const auto e = xml::parse(declared(encoding, "\xFF\xFF and more"));
        CHECK(channel.text().empty());
        REQUIRE_FALSE(e);
        CHECK(e.error().message.find("line ") == 0);
    }
}

TEST_CASE("bytes that cannot be decoded are named") {
    const auto e = xml::parse(declared("EUC-JP", "\xFF\xFF"));
    REQUIRE_FALSE(e);
    CHECK(e.error().message.find("line 2: cannot decode the document: ") == 0);
    CHECK(e.error().message.find("0xFF 0xFF") != std::string::npos);
}

TEST_CASE("a document in an encoding that is known is read, quietly") {
    const Stderr channel;
    const auto e = xml::parse(declared("ISO-8859-1", "\xE4"));
    CHECK(channel.text().empty());
    REQUIRE(e);
    CHECK(e->children()[0].get("c") == "\xC3\xA4");
}
