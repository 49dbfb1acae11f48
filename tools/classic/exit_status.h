// Exit statuses of the classic tools (`crm_error -X -l` of Pacemaker lists them).
#pragma once

#include "base/result.h"

namespace muster::classic {

enum Exit : int {
    kOk = 0,
    kError = 1,
    kInvalidParameter = 2,
    kUnimplemented = 3,
    kNotAllowed = 4,
    kNotInstalled = 5,
    kUsage = 64,
    kData = 65,
    kNoInput = 66,
    kUnavailable = 69,
    kSoftware = 70,
    kCannotCreate = 73,
    kIo = 74,
    kProtocol = 76,
    kConfig = 78,
    kDisconnect = 102,
    kOld = 103,
    kDigest = 104,
    kNoSuch = 105,
    kQuorum = 106,
    kUnsafe = 107,
    kExists = 108,
    kMultiple = 109,
    kExpired = 110,
    kNotYet = 111,
    kIndeterminate = 112,
    kUnsatisfied = 113,
    kNoDc = 114,
    kTimeout = 124,
};

Exit exit_of(const Error& error);
// "Call failed: No such device or address": the words that scripts look for.
const char* classic_words(const Error& error);

}  // namespace muster::classic
