# What a shared library may be made of: code that lies anywhere, and names that stay inside.
function(magenta_embeddable target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
                                             VISIBILITY_INLINES_HIDDEN ON)
endfunction()

# magenta_room(NAME [DEPS room...] [LIBS library...] [WITH_FOLDERS])
#
# A room is a folder, a layer and a library: magenta/io/midi is magenta_io_midi. Sources are all
# *.cc of the folder, and WITH_FOLDERS those of the folders in it that are no rooms named before;
# each *_test.cc becomes a test program of its own, labelled `unit` (`slow` too when its name ends in
# _slow_test.cc, `parity` when it reads what the reference computed). What a room may include is what
# DEPS names; tools/check_layers.py holds the same table for includes.
function(magenta_room name)
  cmake_parse_arguments(ROOM "WITH_FOLDERS" "" "DEPS;LIBS" ${ARGN})
  string(REPLACE "/" "_" target "magenta_${name}")
  set(folder ${PROJECT_SOURCE_DIR}/magenta/${name})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  if(ROOM_WITH_FOLDERS)
    file(GLOB below CONFIGURE_DEPENDS ${folder}/*/*.cc)
    foreach(source ${below})
      get_filename_component(within ${source} DIRECTORY)
      get_filename_component(within ${within} NAME)
      if(NOT TARGET ${target}_${within})
        list(APPEND sources ${source})
      endif()
    endforeach()
  endif()
  # What Highway compiles once a target stands alone in unity builds.
  file(GLOB kernels ${folder}/kernels/*.cc)
  set_source_files_properties(${kernels} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(sources)
    set(reach PUBLIC)
    add_library(${target} STATIC ${sources})
    magenta_embeddable(${target})
  else()
    set(reach INTERFACE)  # headers alone
    add_library(${target} INTERFACE)
  endif()
  string(REPLACE "/" "_" alias "${name}")
  add_library(magenta::${alias} ALIAS ${target})
  target_compile_features(${target} ${reach} cxx_std_20)
  target_include_directories(${target} ${reach} ${PROJECT_SOURCE_DIR})
  foreach(dep ${ROOM_DEPS})
    string(REPLACE "/" "_" dep_target "magenta_${dep}")
    target_link_libraries(${target} ${reach} ${dep_target})
  endforeach()
  target_link_libraries(${target} ${reach} ${ROOM_LIBS})
  if(MAGENTA_TESTS)
    foreach(test ${tests})
      get_filename_component(stem ${test} NAME_WE)
      string(REPLACE "/" "_" room "${name}")
      magenta_test(${room}_${stem} SOURCES ${test} DEPS ${name} LABELS unit)
    endforeach()
  endif()
endfunction()

# What tests write for ctest's last words, and the status of one that was wholly left out.
set(MAGENTA_TEST_ENVIRONMENT
    MAGENTA_ROWS_FILE=${PROJECT_BINARY_DIR}/rows_checked.txt
    MAGENTA_SKIPS_FILE=${PROJECT_BINARY_DIR}/skips.txt
    LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tools/lsan.supp:print_suppressions=0)
set(MAGENTA_SKIPPED 77)
if(MAGENTA_TESTS)
  # What a test calls is optimised; the test itself need not be, and compiles a third faster. Under sanitizers the
  # checks of each member access are half of what it costs to compile; what it calls has them.
  set(MAGENTA_TEST_OPTIONS -O0)
  if(MAGENTA_SANITIZE MATCHES "undefined")
    list(APPEND MAGENTA_TEST_OPTIONS -fno-sanitize=null,alignment,vptr,object-size)
  endif()
  add_library(magenta_test_main STATIC ${PROJECT_SOURCE_DIR}/tests/test_main.cc
                                       ${PROJECT_SOURCE_DIR}/tests/dump.cc)
  target_link_libraries(magenta_test_main PUBLIC GTest::gmock GTest::gtest magenta_music)
  # Tests are many and small: reading what all include is most of their time, so batch builds read it once. The
  # definitions are those of libtorch and gRPC, without which their tests could not share it; GCC has them anyway.
  set(MAGENTA_TEST_HEADERS_DEFINITIONS _REENTRANT _GLIBCXX_USE_CXX11_ABI=1)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_UNITY_BUILD)
    set(MAGENTA_TEST_HEADERS ON)
    add_library(magenta_test_headers OBJECT ${PROJECT_SOURCE_DIR}/tests/test_headers.cc)
    target_link_libraries(magenta_test_headers PRIVATE GTest::gmock GTest::gtest magenta_music)
    target_compile_options(magenta_test_headers PRIVATE ${MAGENTA_TEST_OPTIONS})
    target_compile_definitions(magenta_test_headers PRIVATE ${MAGENTA_TEST_HEADERS_DEFINITIONS})
    target_precompile_headers(magenta_test_headers PRIVATE ${PROJECT_SOURCE_DIR}/tests/test_headers.h)
  endif()
endif()

# magenta_test(NAME SOURCES file... [DEPS room...] [LABELS label...] [LIBS library...])
function(magenta_test name)
  cmake_parse_arguments(TEST "" "" "SOURCES;DEPS;LABELS;LIBS" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  foreach(dep ${TEST_DEPS})
    string(REPLACE "/" "_" dep_target "magenta_${dep}")
    target_link_libraries(${name} PRIVATE ${dep_target})
  endforeach()
  target_link_libraries(${name} PRIVATE ${TEST_LIBS} magenta_test_main)
  target_compile_options(${name} PRIVATE ${MAGENTA_TEST_OPTIONS})
  if(MAGENTA_TEST_HEADERS)
    target_precompile_headers(${name} REUSE_FROM magenta_test_headers)
    target_compile_definitions(${name} PRIVATE ${MAGENTA_TEST_HEADERS_DEFINITIONS})
    if(MAGENTA_CCACHE)  # it keeps what was compiled with them only where it is told
      set_target_properties(${name} PROPERTIES CXX_COMPILER_LAUNCHER
                            "env;CCACHE_SLOPPINESS=pch_defines,time_macros;${MAGENTA_CCACHE}")
    endif()
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests
                                           UNITY_BUILD OFF)
  if(name MATCHES "_slow_test$")
    list(APPEND TEST_LABELS slow)
  endif()
  if(name MATCHES "_(golden|parity)_test$|^io_record_tfrecord_test$")
    list(APPEND TEST_LABELS parity)
  endif()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_property(GLOBAL APPEND PROPERTY MAGENTA_TEST_FILES ${TEST_SOURCES})
  set_tests_properties(${name} PROPERTIES LABELS "${TEST_LABELS}" SKIP_RETURN_CODE ${MAGENTA_SKIPPED}
                       ENVIRONMENT "${MAGENTA_TEST_ENVIRONMENT}")
  if("unit" IN_LIST TEST_LABELS AND NOT "slow" IN_LIST TEST_LABELS)
    set_property(GLOBAL APPEND PROPERTY MAGENTA_UNIT_TESTS ${name})
  endif()
endfunction()

# magenta_program(NAME SOURCES file... DEPS room... [STATIC_PROTOBUF] [LIBS library...])
# Programs go to build/bin. STATIC_PROTOBUF starts 2 ms sooner, and must not be used beside a library
# that brings the shared one (libtorch, gRPC): two copies abort.
function(magenta_program name)
  cmake_parse_arguments(PROGRAM "STATIC_PROTOBUF" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  foreach(dep ${PROGRAM_DEPS})
    string(REPLACE "/" "_" dep_target "magenta_${dep}")
    target_link_libraries(${name} PRIVATE ${dep_target})
  endforeach()
  target_link_libraries(${name} PRIVATE ${PROGRAM_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin
                                           MAGENTA_STATIC_PROTOBUF "${PROGRAM_STATIC_PROTOBUF}")
endfunction()
