# Standard headers that nearly every file reads, compiled once: reading them is most of a small file's build time.  Off in
# the presets, so that daily builds show an include that is missing; ./check and ./demo, which build from nothing, turn it on.
function(muster_precompile target header)  # [OPTIMISED]
    if(NOT MUSTER_PRECOMPILE)
        return()
    endif()
    set(precompiled muster_precompiled_${header}${ARGN})
    if(NOT TARGET ${precompiled})
        add_library(${precompiled} OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled/${header}.cpp)
        target_include_directories(${precompiled} PRIVATE ${CMAKE_SOURCE_DIR})
        target_link_libraries(${precompiled} PRIVATE fmt::fmt protobuf::libprotobuf-lite muster_warnings)
        target_precompile_headers(${precompiled} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled/${header}.h)
        if(ARGN)
            muster_optimise(${precompiled})
        endif()
    endif()
    target_link_libraries(${target} PRIVATE fmt::fmt)  # the compiler takes a precompiled header only with the same definitions
    target_precompile_headers(${target} REUSE_FROM ${precompiled})
endfunction()

# The simulator runs millions of events: what it runs is optimised a little in debug builds, too.
function(muster_optimise target)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Debug>:-O1>)
endfunction()

# muster_library(NAME [OPTIMISED] SOURCES a.cpp ... USES targets...): a library of ours, warnings on, includes from the top.
function(muster_library name)
    cmake_parse_arguments(ARG "OPTIMISED" "" "SOURCES;USES;PRIVATE" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${ARG_USES} PRIVATE muster_warnings ${ARG_PRIVATE})
    if(ARG_OPTIMISED)
        muster_optimise(${name})
        muster_precompile(${name} sources OPTIMISED)
    else()
        muster_precompile(${name} sources)
    endif()
endfunction()

# muster_program(NAME SOURCES ... USES ...): a program of ours, in build/PRESET/bin.
function(muster_program name)
    cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE ${ARG_USES} muster_warnings)
    muster_precompile(${name} sources)
    set_property(GLOBAL APPEND PROPERTY MUSTER_PROGRAMS ${name})  # target "programs": no test among them
endfunction()

# muster_proto(NAME FILES a.proto ...): generated protobuf-lite code as a library; include as "folder/a.pb.h".
function(muster_proto name)
    cmake_parse_arguments(ARG "" "" "FILES" ${ARGN})
    set(generated)
    foreach(file ${ARG_FILES})
        file(RELATIVE_PATH relative ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${file})
        string(REGEX REPLACE "\\.proto$" "" stem ${relative})
        set(out ${CMAKE_BINARY_DIR}/generated/${stem})
        add_custom_command(
            OUTPUT ${out}.pb.cc ${out}.pb.h
            COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/generated
            COMMAND protobuf::protoc --cpp_out=${CMAKE_BINARY_DIR}/generated -I ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/${relative}
            DEPENDS ${CMAKE_SOURCE_DIR}/${relative} VERBATIM)
        list(APPEND generated ${out}.pb.cc)
    endforeach()
    add_library(${name} STATIC ${generated})
    target_include_directories(${name} SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/generated)
    target_link_libraries(${name} PUBLIC protobuf::libprotobuf-lite)
    muster_precompile(${name} sources)
endfunction()

# muster_test(NAME SOURCES ... USES ... [LABEL unit]): a Catch2 program that ctest runs.
function(muster_test name)
    cmake_parse_arguments(ARG "" "LABEL" "SOURCES;USES" ${ARGN})
    if(NOT ARG_LABEL)
        set(ARG_LABEL unit)
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE ${ARG_USES} muster_catch_main muster_warnings)
    muster_precompile(${name} tests)
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL})
endfunction()
