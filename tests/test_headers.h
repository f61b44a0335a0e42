// What most tests include, read once where batches are compiled (cmake/rooms.cmake). Each test
// includes what it needs.
#pragma once
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/music.pb.h"
