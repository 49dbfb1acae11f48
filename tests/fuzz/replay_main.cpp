// Runs a fuzz target once over each file of a corpus, and over the beginnings and damaged forms of it.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {
void run(const std::string& bytes) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}
}  // namespace

int main(int argc, char** argv) {
    int files = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator{argv[i]}) {
            std::ifstream in{entry.path(), std::ios::binary};
            const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
            run(bytes);
            for (std::size_t cut = 1; cut < 40; ++cut) run(bytes.substr(0, bytes.size() * cut / 40));
            for (std::size_t at = 0; at < bytes.size(); at += bytes.size() / 60 + 1) {
                std::string damaged = bytes;
                damaged[at] = static_cast<char>(damaged[at] ^ 0x11);
                run(damaged);
            }
            ++files;
        }
    }
    std::cout << files << " files\n";
    return files > 0 ? 0 : 1;
}
