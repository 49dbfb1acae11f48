#pragma once

namespace ipaddr {
extern const char* const kMetadata;
}
