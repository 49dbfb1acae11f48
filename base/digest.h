// Digests.  md5_hex is what Pacemaker's operation digests use; Hash64 is ours, for the state's incremental digest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

std::string md5_hex(std::string_view bytes);     // 32 lower-case hexadecimal digits
std::string to_hex(std::uint64_t v);             // 16 digits

// FNV-1a with a strong finish; the same on every machine and version (it is on disk and on the wire).
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);
// Order matters.
std::uint64_t hash_combine(std::uint64_t a, std::uint64_t b);

}  // namespace muster
