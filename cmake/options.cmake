# Build options; CMakePresets.json combines them.
set(MUSTER_SANITIZE "" CACHE STRING "sanitizers, as for -fsanitize= (address,undefined or thread)")
option(MUSTER_FUZZ "build the libFuzzer programs (clang only)" OFF)
option(MUSTER_PRECOMPILE "compile the standard headers once: a build from nothing takes half the time (./check, ./demo)" OFF)

# Language and linker defaults.
add_library(muster_warnings INTERFACE)
target_compile_options(muster_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)

if(MUSTER_PRECOMPILE)
    add_compile_options(-pthread)  # for all alike: a precompiled header serves only those who are compiled as it was
endif()
if(MUSTER_FUZZ)  # the fuzzer must see which branches of the libraries an input takes
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(MUSTER_SANITIZE)
    add_compile_options(-fsanitize=${MUSTER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${MUSTER_SANITIZE})
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
    if(MUSTER_PRECOMPILE)  # what ccache's manual asks for, or it would step aside
        list(PREPEND CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros)
        add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    endif()
endif()
add_link_options(-Wl,--as-needed)  # a short command is as slow as the libraries that it loads
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM AND NOT MUSTER_FUZZ)
    add_link_options(-fuse-ld=mold)
endif()
