#include "lrmd/daemon/tail.h"

#include "base/text.h"

namespace muster::lrmd {
namespace {

constexpr std::string_view kPrefix = "ocf-exit-reason:";

// Length of the UTF-8 character at `at`, 0 if it is not one.
std::size_t utf8_length(const std::string& s, std::size_t at) {
    const auto byte = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u; };
    const unsigned lead = byte(at);
    std::size_t n = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    for (std::size_t i = 1; i < n; ++i) {
        if ((byte(at + i) & 0xc0) != 0x80) return 0;
    }
    if ((lead == 0xe0 && byte(at + 1) < 0xa0) || (lead == 0xed && byte(at + 1) > 0x9f) ||
        (lead == 0xf0 && byte(at + 1) < 0x90) || (lead == 0xf4 && byte(at + 1) > 0x8f)) {
        return 0;
    }
    return n;
}

}  // namespace

std::string printable(const std::string& bytes) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t n = utf8_length(bytes, at);
        const auto c = static_cast<unsigned char>(bytes[at]);
        if (n == 0 || (n == 1 && ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f))) {
            if (c != '\r') out += '?';
            ++at;
            continue;
        }
        out.append(bytes, at, n);
        at += n;
    }
    return out;
}

void OutputTail::add(bool from_stderr, const char* bytes, std::size_t n) {
    tail_.append(bytes, n);
    if (tail_.size() > kMost) tail_.erase(0, tail_.size() - kMost);
    if (!from_stderr) return;
    line_.append(bytes, n);
    for (auto end = line_.find('\n'); end != std::string::npos; end = line_.find('\n')) {
        if (starts_with(line_, kPrefix)) reason_ = line_.substr(kPrefix.size(), end - kPrefix.size());
        line_.erase(0, end + 1);
    }
    if (line_.size() > kMost) line_.resize(kMost);  // the beginning says whether it is a reason
}

std::string OutputTail::text() const {
    std::string out = printable(tail_);
    // A character that was cut at the front has become question marks: at most 3.
    if (tail_.size() == kMost) {
        for (int i = 0; i < 3 && !out.empty() && out[0] == '?'; ++i) out.erase(0, 1);
    }
    return out;
}

std::string OutputTail::exit_reason() const {
    std::string_view last = reason_;
    if (starts_with(line_, kPrefix)) last = std::string_view{line_}.substr(kPrefix.size());
    return printable(std::string{trim(last)});
}

}  // namespace muster::lrmd
