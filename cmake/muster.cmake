# muster_library(NAME SOURCES a.cpp ... USES targets...): a library of ours, warnings on, includes from the top.
function(muster_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;USES;PRIVATE" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${ARG_USES} PRIVATE muster_warnings ${ARG_PRIVATE})
endfunction()

# muster_program(NAME SOURCES ... USES ...): a program of ours, in build/PRESET/bin.
function(muster_program name)
    cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE ${ARG_USES} muster_warnings)
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
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL})
endfunction()
