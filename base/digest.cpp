#include "base/digest.h"

#include <openssl/evp.h>

#include <array>

#include "base/result.h"

namespace muster {
namespace {

std::string hex_digest(const EVP_MD* kind, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    MUSTER_ASSERT(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr) == 1);
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(std::size_t{size} * 2);
    for (unsigned int i = 0; i < size; ++i) {
        text += kDigits[out[i] >> 4];
        text += kDigits[out[i] & 15];
    }
    return text;
}

std::uint64_t finish(std::uint64_t h) {
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdULL;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53ULL;
    h ^= h >> 33;
    return h;
}

}  // namespace

std::string md5_hex(std::string_view bytes) { return hex_digest(EVP_md5(), bytes); }
std::string sha256_hex(std::string_view bytes) { return hex_digest(EVP_sha256(), bytes); }

std::string to_hex(std::uint64_t v) {
    static constexpr char kDigits[] = "0123456789abcdef";
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
