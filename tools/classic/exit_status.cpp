#include "tools/classic/exit_status.h"

namespace muster::classic {

Exit exit_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::invalid: return kConfig;
        case ErrorCode::not_found: return kNoSuch;
        case ErrorCode::exists: return kExists;
        case ErrorCode::old: return kOld;
        case ErrorCode::permission: return kNotAllowed;
        case ErrorCode::unavailable: return kDisconnect;
        case ErrorCode::timeout: return kTimeout;
        case ErrorCode::io: return kNoInput;
        case ErrorCode::unsupported: return kUnimplemented;
        case ErrorCode::internal: return kSoftware;
    }
    return kError;
}

const char* classic_words(const Error& error) {
    switch (error.code) {
        case ErrorCode::invalid: return "Update does not conform to the configured schema";
        case ErrorCode::not_found: return "No such device or address";
        case ErrorCode::exists: return "File exists";
        case ErrorCode::old: return "Update was older than existing configuration";
        case ErrorCode::permission: return "Permission denied";
        case ErrorCode::unavailable: return "Transport endpoint is not connected";
        case ErrorCode::timeout: return "Timer expired";
        case ErrorCode::io: return "No such file or directory";
        case ErrorCode::unsupported: return "Operation not supported";
        case ErrorCode::internal: return "Internal error";
    }
    return "Error";
}

}  // namespace muster::classic
