// Errors as values.  The world misbehaves (bad configuration, dead agent): Result<T>, never ignored.
// We cannot start (no epoll, no socket): an exception, caught only in main.  We made a mistake: MUSTER_ASSERT.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace muster {

// What kind of refusal it is; tools map it to their exit status.
enum class ErrorCode {
    invalid,        // the input is wrong: says what was seen, what was expected, where
    not_found,      // what the input names does not exist
    exists,         // what is to be created is there already
    old,            // the change was made against an older version
    permission,     // the caller may not do that
    unavailable,    // no daemon, no leader, no quorum: try later
    timeout,
    io,             // file, socket or child process failed; text carries errno's words
    unsupported,
    internal,
};

struct Error {
    ErrorCode code = ErrorCode::invalid;
    std::string message;  // one sentence in the operator's words, no trailing full stop or newline
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string message) {
    return tl::make_unexpected(Error{ErrorCode::invalid, std::move(message)});
}
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
    return tl::make_unexpected(Error{code, std::move(message)});
}

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace muster

// States our own mistake and ends the process; stays on in release; never judges input.
#define MUSTER_ASSERT(expression) \
    ((expression) ? static_cast<void>(0) : ::muster::assertion_failed(#expression, __FILE__, __LINE__))
