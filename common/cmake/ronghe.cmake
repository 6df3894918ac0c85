# How does a folder become a target?
#
#   ronghe_library(NAME sql SRCS pool.cc DEPS base MySQL::ConnectorCpp)      -> ronghe_sql
#   ronghe_binary(NAME ronghe-meeting SRCS main.cc DEPS meeting_app)         -> <build>/bin/ronghe-meeting
#   ronghe_test(NAME sql_test LABEL unit SRCS pool_test.cc DEPS sql)
#   ronghe_proto_library(NAME meeting_proto SRCS ronghe/meeting/v1/meeting.proto DEPS options_proto)
#   ronghe_embed(auth role_table.cc roles.textproto)    -> #include "<folder>/roles.inc", a string literal
#
# A name in DEPS means the target ronghe_<name> where that exists, else what it says.
# Headers are included from the repository root; generated ones from <build>/gen.

set(RONGHE_GEN_DIR "${CMAKE_BINARY_DIR}/gen")
file(MAKE_DIRECTORY "${RONGHE_GEN_DIR}")
include_directories("${CMAKE_SOURCE_DIR}")
include_directories(SYSTEM "${RONGHE_GEN_DIR}")

# What nearly every target uses of Abseil. Nothing of gRPC or SQL belongs here.
add_library(ronghe_absl INTERFACE)
target_link_libraries(
  ronghe_absl
  INTERFACE absl::status
            absl::statusor
            absl::strings
            absl::str_format
            absl::time
            absl::synchronization
            absl::flat_hash_map
            absl::flat_hash_set
            absl::btree
            absl::inlined_vector
            absl::function_ref
            absl::cleanup
            absl::hash
            absl::int128
            absl::cord
            absl::random_random
            absl::flags
            absl::flags_parse
            absl::memory
            absl::optional
            Threads::Threads)

add_library(ronghe_pch OBJECT "${CMAKE_SOURCE_DIR}/common/base/pch.cc")
target_precompile_headers(ronghe_pch PRIVATE "${CMAKE_SOURCE_DIR}/common/base/pch.h")
target_link_libraries(ronghe_pch PUBLIC ronghe_absl)

function(_ronghe_deps out)
  set(result)
  foreach(dep IN LISTS ARGN)
    if(dep MATCHES "::|^\\$<|^-|^ronghe_|/")
      list(APPEND result "${dep}")
    else()
      list(APPEND result "$<IF:$<TARGET_EXISTS:ronghe_${dep}>,ronghe_${dep},${dep}>")
    endif()
  endforeach()
  set(${out} "${result}" PARENT_SCOPE)
endfunction()


function(ronghe_library)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  set(target ronghe_${ARG_NAME})
  _ronghe_deps(deps ${ARG_DEPS})
  set(compiled ${ARG_SRCS})
  list(FILTER compiled INCLUDE REGEX "\\.(cc|c)$")
  if(compiled)
    add_library(${target} STATIC ${ARG_SRCS})
    target_precompile_headers(${target} REUSE_FROM ronghe_pch)
    target_link_libraries(${target} PUBLIC ronghe_absl ${deps})
  else()
    add_library(${target} INTERFACE ${ARG_SRCS})
    target_link_libraries(${target} INTERFACE ronghe_absl ${deps})
  endif()
endfunction()

function(ronghe_binary)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  _ronghe_deps(deps ${ARG_DEPS})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_precompile_headers(${ARG_NAME} REUSE_FROM ronghe_pch)
  target_link_libraries(${ARG_NAME} PRIVATE ronghe_absl ${deps} ${RONGHE_ALLOCATOR})
endfunction()

# A unit test is one ctest entry per case; an integration or e2e test is one per binary, because its
# fixture (database, processes) is shared by its cases. DATA lists files the test reads: a change
# to one rebuilds nothing but is named here for the reader and must exist.
function(ronghe_test)
  cmake_parse_arguments(ARG "" "NAME;LABEL;TIMEOUT" "SRCS;DEPS;DATA" ${ARGN})
  if(NOT ARG_LABEL MATCHES "^(unit|integration|e2e)$")
    message(FATAL_ERROR "ronghe_test(${ARG_NAME}): LABEL must be unit, integration or e2e")
  endif()
  foreach(file IN LISTS ARG_DATA)
    if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${file}" AND NOT EXISTS "${CMAKE_SOURCE_DIR}/${file}")
      message(FATAL_ERROR "ronghe_test(${ARG_NAME}): no such DATA file: ${file}")
    endif()
  endforeach()
  set(testing)
  if(NOT ARG_LABEL STREQUAL "unit")
    set(testing testing)
    if(NOT ARG_TIMEOUT)
      set(ARG_TIMEOUT 600)
    endif()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  _ronghe_deps(deps ${ARG_DEPS} ${testing})
  add_executable(${ARG_NAME} ${ARG_SRCS})
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                               "${CMAKE_BINARY_DIR}/bin/tests")
  target_precompile_headers(${ARG_NAME} REUSE_FROM ronghe_pch)
  target_link_libraries(${ARG_NAME} PRIVATE ronghe_absl ${deps} GTest::gmock GTest::gtest_main)
  if(ARG_LABEL STREQUAL "unit")
    gtest_discover_tests(
      ${ARG_NAME}
      TEST_PREFIX "${ARG_NAME}."
      WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
      DISCOVERY_MODE PRE_TEST
      DISCOVERY_TIMEOUT 60
      PROPERTIES LABELS unit TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT
                 "RONGHE_BUILD_DIR=${CMAKE_BINARY_DIR}")
  else()
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(
      ${ARG_NAME} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT}
                             ENVIRONMENT "RONGHE_BUILD_DIR=${CMAKE_BINARY_DIR}")
  endif()
endfunction()

# SRCS are paths below protos/, below the repository root, or in the calling folder; IMPORT_ROOT
# names another root (for protos that a package ships). Files with a service also get *.ronghe.{h,cc}
# from protoc-gen-ronghe, unless NO_SERVICES is given. Everything in the library stays in the binary:
# descriptors are found by name at run time, where the linker sees no reference.
function(ronghe_proto_library)
  cmake_parse_arguments(ARG "NO_SERVICES" "NAME;IMPORT_ROOT" "SRCS;DEPS" ${ARGN})
  set(target ronghe_${ARG_NAME})
  _ronghe_deps(deps ${ARG_DEPS})
  set(imports "-I${CMAKE_SOURCE_DIR}/protos" "-I${CMAKE_SOURCE_DIR}")
  if(ARG_IMPORT_ROOT)
    list(PREPEND imports "-I${ARG_IMPORT_ROOT}")
  endif()
  set(headers)
  set(objects)
  set(has_services FALSE)
  foreach(src IN LISTS ARG_SRCS)
    set(rel "${src}")
    if(ARG_IMPORT_ROOT)
      set(file "${ARG_IMPORT_ROOT}/${src}")
    elseif(EXISTS "${CMAKE_SOURCE_DIR}/protos/${src}")
      set(file "${CMAKE_SOURCE_DIR}/protos/${src}")
    elseif(EXISTS "${CMAKE_SOURCE_DIR}/${src}")
      set(file "${CMAKE_SOURCE_DIR}/${src}")
    else()
      set(file "${CMAKE_CURRENT_SOURCE_DIR}/${src}")
      file(RELATIVE_PATH rel "${CMAKE_SOURCE_DIR}" "${file}")
    endif()
    if(NOT EXISTS "${file}")
      message(FATAL_ERROR "ronghe_proto_library(${ARG_NAME}): no such file: ${src}")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    string(REGEX REPLACE "\\.proto$" "" stem "${rel}")
    set(generated "${RONGHE_GEN_DIR}/${stem}.pb.h" "${RONGHE_GEN_DIR}/${stem}.pb.cc")
    set(sources "${RONGHE_GEN_DIR}/${stem}.pb.cc")
    list(APPEND headers "${RONGHE_GEN_DIR}/${stem}.pb.h")
    set(plugin)
    set(plugin_depends)
    file(STRINGS "${file}" services REGEX "^service ")
    if(services AND NOT ARG_NO_SERVICES AND EXISTS "${CMAKE_SOURCE_DIR}/common/codegen/CMakeLists.txt")
      set(has_services TRUE)
      set(plugin "--plugin=protoc-gen-ronghe=$<TARGET_FILE:protoc-gen-ronghe>"
                 "--ronghe_out=${RONGHE_GEN_DIR}")
      set(plugin_depends protoc-gen-ronghe)
      list(APPEND generated "${RONGHE_GEN_DIR}/${stem}.ronghe.h" "${RONGHE_GEN_DIR}/${stem}.ronghe.cc")
      list(APPEND sources "${RONGHE_GEN_DIR}/${stem}.ronghe.cc")
      list(APPEND headers "${RONGHE_GEN_DIR}/${stem}.ronghe.h")
    endif()
    add_custom_command(
      OUTPUT ${generated}
      COMMAND protobuf::protoc ${imports} "--cpp_out=${RONGHE_GEN_DIR}" ${plugin} "${file}"
      DEPENDS "${file}" ${plugin_depends}
      COMMENT "protoc ${rel}"
      VERBATIM)
    string(MAKE_C_IDENTIFIER "${stem}" id)
    add_library(ronghe_pb_${id} OBJECT ${sources})
    target_compile_options(ronghe_pb_${id} PRIVATE -w)
    target_precompile_headers(ronghe_pb_${id} REUSE_FROM ronghe_pch)
    target_link_libraries(ronghe_pb_${id} PRIVATE ronghe_absl protobuf::libprotobuf ${deps})
    if(plugin)
      target_link_libraries(ronghe_pb_${id} PRIVATE $<TARGET_NAME_IF_EXISTS:ronghe_rpc>)
    endif()
    add_dependencies(ronghe_pb_${id} ${target}_gen)
    list(APPEND objects $<TARGET_OBJECTS:ronghe_pb_${id}>)
  endforeach()
  add_custom_target(${target}_gen DEPENDS ${headers})
  foreach(dep IN LISTS ARG_DEPS)
    if(dep MATCHES "^(ronghe_)?([a-z_]+_proto)$")
      add_dependencies(${target}_gen ronghe_${CMAKE_MATCH_2}_gen)
    endif()
  endforeach()
  add_library(${target}_archive STATIC ${objects})
  set_target_properties(${target}_archive PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${target}_archive PUBLIC ronghe_absl protobuf::libprotobuf ${deps})
  if(has_services)
    target_link_libraries(${target}_archive PUBLIC $<TARGET_NAME_IF_EXISTS:ronghe_rpc>)
  endif()
  add_library(${target} INTERFACE)
  target_link_libraries(${target} INTERFACE "$<LINK_LIBRARY:WHOLE_ARCHIVE,${target}_archive>")
  add_dependencies(${target} ${target}_gen)
endfunction()

# A text file travels inside the binary: `source` of the library includes it as a string literal.
function(ronghe_embed name source text)
  file(RELATIVE_PATH folder "${CMAKE_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
  string(REGEX REPLACE "\\.[a-z]+$" ".inc" literal "${RONGHE_GEN_DIR}/${folder}/${text}")
  add_custom_command(
    OUTPUT "${literal}"
    COMMAND "${CMAKE_COMMAND}" "-DIN=${CMAKE_CURRENT_SOURCE_DIR}/${text}" "-DOUT=${literal}" -P
            "${CMAKE_SOURCE_DIR}/common/cmake/embed.cmake"
    DEPENDS "${text}" "${CMAKE_SOURCE_DIR}/common/cmake/embed.cmake"
    COMMENT "embed ${folder}/${text}"
    VERBATIM)
  target_sources(ronghe_${name} PRIVATE "${literal}")
  set_property(SOURCE "${source}" APPEND PROPERTY OBJECT_DEPENDS "${literal}")
endfunction()
