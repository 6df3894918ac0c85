# Defines LibGcrypt::LibGcrypt.
find_path(LibGcrypt_INCLUDE_DIR gcrypt.h)
find_library(LibGcrypt_LIBRARY gcrypt)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibGcrypt REQUIRED_VARS LibGcrypt_LIBRARY LibGcrypt_INCLUDE_DIR)
if(LibGcrypt_FOUND AND NOT TARGET LibGcrypt::LibGcrypt)
  add_library(LibGcrypt::LibGcrypt UNKNOWN IMPORTED)
  set_target_properties(
    LibGcrypt::LibGcrypt PROPERTIES IMPORTED_LOCATION "${LibGcrypt_LIBRARY}"
                                    INTERFACE_INCLUDE_DIRECTORIES "${LibGcrypt_INCLUDE_DIR}")
endif()
mark_as_advanced(LibGcrypt_INCLUDE_DIR LibGcrypt_LIBRARY)
