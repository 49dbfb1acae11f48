#pragma once

namespace muster::os {

// An open file descriptor that closes itself.
class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_{fd} {}
    Fd(Fd&& o) noexcept : fd_{o.release()} {}
    Fd& operator=(Fd&& o) noexcept;
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int release() { const int fd = fd_; fd_ = -1; return fd; }
    void reset();

  private:
    int fd_ = -1;
};

}  // namespace muster::os
