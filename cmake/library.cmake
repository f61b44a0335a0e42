# libmagenta.so.1: the functions of include/magenta/magenta.h and the messages that they take, for other programs.
# All else that the rooms have stays inside. Of Debian's protobuf and Abseil it takes the shared ones: their archives
# are not compiled for shared libraries, and a process may hold one protobuf alone.
set(names ${PROJECT_SOURCE_DIR}/cmake/libmagenta.map)
add_library(magenta_library SHARED $<TARGET_OBJECTS:magenta_embed>)
set_target_properties(magenta_library PROPERTIES
  OUTPUT_NAME magenta EXPORT_NAME magenta LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib
  VERSION ${PROJECT_VERSION} SOVERSION 1  # of the functions: a new number where one goes or changes
  LINK_DEPENDS ${names})
target_link_libraries(magenta_library PRIVATE magenta_generate magenta_io_music
                                      INTERFACE protobuf::libprotobuf)
target_link_options(magenta_library PRIVATE -Wl,--version-script=${names} -Wl,--no-undefined -Wl,--as-needed)
target_include_directories(magenta_library INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/proto>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(magenta_library INTERFACE cxx_std_17)
add_library(Magenta::magenta ALIAS magenta_library)

if(PROJECT_IS_TOP_LEVEL)
  include(CMakePackageConfigHelpers)
  set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Magenta)
  install(TARGETS magenta_library EXPORT Magenta
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
  install(EXPORT Magenta NAMESPACE Magenta:: FILE MagentaTargets.cmake DESTINATION ${package} COMPONENT development)
  configure_package_config_file(cmake/MagentaConfig.cmake.in ${PROJECT_BINARY_DIR}/lib/MagentaConfig.cmake
                                INSTALL_DESTINATION ${package})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/lib/MagentaConfigVersion.cmake
                                   COMPATIBILITY SameMajorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/lib/MagentaConfig.cmake ${PROJECT_BINARY_DIR}/lib/MagentaConfigVersion.cmake
          DESTINATION ${package} COMPONENT development)
  # Seen from where it lies, so that the prefix may be moved.
  file(RELATIVE_PATH relative_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  configure_file(cmake/magenta.pc.in ${PROJECT_BINARY_DIR}/lib/magenta.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/lib/magenta.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
  install(FILES include/magenta/magenta.h include/magenta/magenta.hpp
                ${PROJECT_BINARY_DIR}/proto/magenta/music.pb.h ${PROJECT_BINARY_DIR}/proto/magenta/generator.pb.h
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/magenta COMPONENT development)
endif()
