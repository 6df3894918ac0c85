# Which compiler, linker and cache settings does every target share?

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g0 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g0 -DNDEBUG")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# -pthread for all: some packages' targets carry it, and the precompiled header must agree.
add_compile_options(-pthread -Wall -Wextra -Werror -Wno-missing-field-initializers
                    -fno-omit-frame-pointer -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these where std::string and std::optional are inlined; they stay visible, not fatal.
  add_compile_options(-Wno-restrict -Wno-error=maybe-uninitialized -Wno-error=stringop-overflow
                      -Wno-error=stringop-overread -Wno-error=array-bounds
                      -Wno-error=dangling-pointer -Wno-error=free-nonheap-object
                      -Wno-error=invalid-pch -fpch-preprocess)
endif()

# RONGHE_SANITIZE: "address" (with undefined), "thread", or "fuzz" (address, and what clang's fuzzer
# needs to see; tests/fuzz).
set(RONGHE_SANITIZE "" CACHE STRING "sanitizer: empty, address, thread or fuzz")
if(RONGHE_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(RONGHE_SANITIZE STREQUAL "fuzz")
  # Warnings are for the compiler that the rest is built with.
  add_compile_options(-O1 -g1 -w -fsanitize=address,undefined,fuzzer-no-link
                      -fno-sanitize-recover=all -fno-sanitize=vptr)
  add_link_options(-fsanitize=address,undefined)
elseif(RONGHE_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
else()
  set(RONGHE_ALLOCATOR jemalloc)  # of programs; a sanitizer brings its own
endif()

find_program(RONGHE_MOLD mold)
if(RONGHE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# The base directory makes the paths of a build relative, so that another build directory (beside
# the tree) or another clone (with the build inside it) finds the same cache entries.
find_program(RONGHE_CCACHE ccache)
if(RONGHE_CCACHE)
  cmake_path(IS_PREFIX CMAKE_SOURCE_DIR "${CMAKE_BINARY_DIR}" RONGHE_BUILD_INSIDE)
  if(RONGHE_BUILD_INSIDE)
    set(RONGHE_CCACHE_BASE "${CMAKE_SOURCE_DIR}")
  else()
    set(RONGHE_CCACHE_BASE "${CMAKE_BINARY_DIR}")
  endif()
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${RONGHE_CCACHE_BASE}
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      "${RONGHE_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
