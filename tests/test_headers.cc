// Where tests/test_headers.h is compiled (cmake/rooms.cmake).
#include "tests/test_headers.h"
