#pragma once

namespace ipvs {
extern const char* const kMetadata;
}
