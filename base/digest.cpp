#include "base/digest.h"

// libmd, not libcrypto: that reads its configuration and fills its tables before the first digest, several ms of every
// short command.
#include <md5.h>

#include <array>

namespace muster {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

std::uint64_t finish(std::uint64_t h) {
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdULL;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53ULL;
    h ^= h >> 33;
    return h;
}

}  // namespace

std::string md5_hex(std::string_view bytes) {
    MD5_CTX context;
    MD5Init(&context);
    MD5Update(&context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    std::array<std::uint8_t, MD5_DIGEST_LENGTH> out{};
    MD5Final(out.data(), &context);
    std::string text;
    text.reserve(out.size() * 2);
    for (const std::uint8_t byte : out) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

std::string to_hex(std::uint64_t v) {
    std::string text(16, '0');
    for (std::size_t i = 16; i-- > 0; v >>= 4) text[i] = kDigits[v & 15];
    return text;
}

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
    std::uint64_t h = 0xcbf29ce484222325ULL ^ seed;
    for (const char c : bytes) {
        h ^= static_cast<unsigned char>(c);
        h *= 0x100000001b3ULL;
    }
    return finish(h);
}

std::uint64_t hash_combine(std::uint64_t a, std::uint64_t b) {
    return finish(a * 0x9e3779b97f4a7c15ULL + b + 0x165667b19e3779f9ULL);
}

}  // namespace muster
