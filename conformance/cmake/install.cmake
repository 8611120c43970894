# What `cmake --install` puts where: headers, the program, what it reads, and how others find it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/oracle/doors/include/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(TARGETS mapproof mapproof_port EXPORT mapproofTargets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
# Where the program looks for it: beside bin.
install(TARGETS mapproof-host RUNTIME DESTINATION libexec/mapproof)

set(share ${CMAKE_INSTALL_DATADIR}/mapproof)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/oracle/doors/
  DESTINATION ${share}/schemas FILES_MATCHING PATTERN "*.json"
  PATTERN include EXCLUDE PATTERN templates EXCLUDE PATTERN kits EXCLUDE)
foreach(folder seeds regressions findings)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/corpus/${folder} DESTINATION ${share}/corpus)
endforeach()
foreach(folder templates kits)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/oracle/doors/${folder} DESTINATION ${share} OPTIONAL
    PATTERN __pycache__ EXCLUDE)
endforeach()

# The ports that go by a name. What could not be built is told by that name when it is asked for.
foreach(library uthash_port glib_port rust_port)
  install(FILES ${PROJECT_BINARY_DIR}/ports/lib${library}.so
    DESTINATION libexec/mapproof/ports OPTIONAL)
endforeach()
foreach(script node_map.mjs python_dict.py)
  file(READ ${PROJECT_SOURCE_DIR}/conformance/ports/${script} text)
  string(REPLACE "../../oracle/doors/kits" "../kits" text "${text}")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/cmake/ports/${script} CONTENT "${text}" @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/cmake/ports/${script} DESTINATION ${share}/ports)
endforeach()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/mapproof)
install(EXPORT mapproofTargets NAMESPACE mapproof:: DESTINATION ${package})
set(built ${PROJECT_BINARY_DIR}/cmake)
configure_package_config_file(${PROJECT_SOURCE_DIR}/conformance/cmake/mapproofConfig.cmake.in
  ${built}/mapproofConfig.cmake
  INSTALL_DESTINATION ${package} PATH_VARS CMAKE_INSTALL_DATADIR)
write_basic_package_version_file(${built}/mapproofConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${built}/mapproofConfig.cmake ${built}/mapproofConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/conformance/cmake/mapproofConformance.cmake DESTINATION ${package})

# Its paths are relative to where it lies, so that a prefix can be moved.
set(pkgconfig ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH prefix_from_pc /prefix/${pkgconfig} /prefix)
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
configure_file(${PROJECT_SOURCE_DIR}/conformance/cmake/mapproof.pc.in ${built}/mapproof.pc @ONLY)
install(FILES ${built}/mapproof.pc DESTINATION ${pkgconfig})
