// The replicated state as it travels to joiners.
#pragma once

#include "crmd/core/state.h"

namespace muster::crmd {

wire::State encode(const State& state);
State decode(const wire::State& bytes);

}  // namespace muster::crmd
