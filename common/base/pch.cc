// The precompiled header's owner: CMake needs one source to compile it for.
