// The last words of an agent: the end of both outputs, and the exit reason that it gave.
#pragma once

#include <cstddef>
#include <string>

namespace muster::lrmd {

class OutputTail {
  public:
    static constexpr std::size_t kMost = 4096;
    void add(bool from_stderr, const char* bytes, std::size_t n);
    std::string text() const;         // valid UTF-8 without control characters, at most kMost bytes
    std::string exit_reason() const;  // of the last ocf-exit-reason: line on stderr

  private:
    std::string tail_;
    std::string line_;    // of stderr, not ended yet
    std::string reason_;
};

// Bytes as text that every reader takes: valid UTF-8, no control characters but newline and tab.
std::string printable(const std::string& bytes);

}  // namespace muster::lrmd
