// As sources.h, with the test framework.
#pragma once
#include "cmake/precompiled/sources.h"
#include "tests/catch.h"
