#include "magenta/studio/page_route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <tuple>

#include "magenta/base/files.h"
#include "magenta/studio/studio_test_util.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
using testing::HeaderOf;
using testing::StudioServer;

/// A page that is built, and what lies around it.
class PageTest : public ::testing::Test {
 protected:
  PageTest() {
    const std::string folder = *folder_.Path();
    options_.page_folder = folder + "/page";
    options_.sound_font = folder + "/font.sf3";
    const std::pair<const char*, const char*> files[] = {
        {"/page/index.html", "<p>page"},
        {"/page/icon.svg", "<svg/>"},
        {"/page/.secret", "secret"},
        {"/page/other.txt", "not of the page"},
        {"/page/assets/app-1a.js", "script"},
        {"/page/assets/app-1a.js.gz", "packed"},
        {"/page/assets/style.css", "style"},
        {"/page/assets/font.woff2", "font"},
        {"/page/assets/engine.wasm", "wasm"},
        {"/page/assets/.hidden.js", "secret"},
        {"/secret.js", "secret"},
        {"/font.sf3", "RIFF font"},
    };
    for (const auto& [name, text] : files) {
      EXPECT_TRUE(WriteFile(folder + name, text).ok());
    }
    std::filesystem::create_symlink(folder + "/secret.js", folder + "/page/assets/link.js");
    std::filesystem::create_symlink("app-1a.js", folder + "/page/assets/inner.js");
    std::filesystem::create_directory_symlink("/", folder + "/page/assets/root");
  }

  TemporaryFolder folder_;
  StudioOptions options_;
};

TEST_F(PageTest, FilesAndTheirTypes) {
  StudioServer server(options_);
  const struct {
    const char *target, *type, *body, *cache;
  } rows[] = {
      {"/", "text/html; charset=utf-8", "<p>page", "no-cache"},
      {"/?tune=3", "text/html; charset=utf-8", "<p>page", "no-cache"},
      {"/icon.svg", "image/svg+xml", "<svg/>", "no-cache"},
      {"/assets/app-1a.js", "text/javascript; charset=utf-8", "script", "immutable"},
      {"/assets/inner.js", "text/javascript; charset=utf-8", "script", "immutable"},
      {"/assets/style.css", "text/css; charset=utf-8", "style", "immutable"},
      {"/assets/font.woff2", "font/woff2", "font", "immutable"},
      {"/assets/engine.wasm", "application/wasm", "wasm", "immutable"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.target);
    const HttpResponse response = server.Get(row.target);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, row.type);
    EXPECT_EQ(response.body, row.body);
    EXPECT_THAT(HeaderOf(response, "Cache-Control"), HasSubstr(row.cache));
    EXPECT_THAT(HeaderOf(response, "Content-Security-Policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(HeaderOf(response, "Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
    EXPECT_EQ(HeaderOf(response, "Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(HeaderOf(response, "Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_EQ(HeaderOf(response, "Referrer-Policy"), "no-referrer");
  }
}

TEST_F(PageTest, NothingOutsideIsShown) {
  StudioServer server(options_);
  for (const char* target : {"/assets/../../secret.js",
                             "/assets/%2e%2e/%2e%2e/secret.js",
                             "/assets/..%2f..%2fsecret.js",
                             "/assets/%2E%2E%2F%2E%2E%2Fsecret.js",
                             "/assets/link.js",
                             "/assets/root/etc/passwd",
                             "/assets//etc/passwd",
                             "/assets/app-1a.js%00",
                             "/assets/app-1a.js%00.css",
                             "/assets/",
                             "/assets/.hidden.js",
                             "/assets/./app-1a.js",
                             "/assets/..\\..\\secret.js",
                             "/.secret",
                             "/..",
                             "/other.txt",
                             "/page/index.html",
                             "/assets/none.js",
                             "/none.svg",
                             "/%2fetc/passwd",
                             "/assets/app-1a.js/",
                             "//assets/app-1a.js",
                             "/assets/%ff.js"}) {
    SCOPED_TRACE(target);
    const HttpResponse response = server.Get(target);
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body.find("secret\n"), std::string::npos);
    EXPECT_NE(response.body, "secret");
  }
}

TEST_F(PageTest, PackedWhereTheClientTakesIt) {
  StudioServer server(options_);
  const std::pair<const char*, const char*> rows[] = {
      {"", "script"},
      {"gzip", "packed"},
      {"br, gzip;q=0.5, *", "packed"},
      {"br, deflate", "script"},
      {"gzip;q=0", "script"},
      {"gzip; q=0.0", "script"},
      {"x-gzipped", "script"},
  };
  for (const auto& [accept, body] : rows) {
    SCOPED_TRACE(accept);
    const HttpResponse response = server.Get("/assets/app-1a.js", {.accept_encoding = accept});
    EXPECT_EQ(response.body, body);
    EXPECT_EQ(HeaderOf(response, "Content-Encoding"), *body == 'p' ? "gzip" : "");
    EXPECT_EQ(HeaderOf(response, "Vary"), "Accept-Encoding");
  }
  const HttpResponse plain = server.Get("/assets/style.css", {.accept_encoding = "gzip"});
  EXPECT_EQ(plain.body, "style");
  EXPECT_EQ(HeaderOf(plain, "Content-Encoding"), "");
}

TEST_F(PageTest, MethodsAndTokens) {
  ServeOptions closed;
  closed.auth_token = "secret";
  StudioServer server(options_, closed);
  EXPECT_EQ(server.Ask("HEAD", "/").status, 200);
  for (const char* target : {"/", "/assets/style.css", "/soundfont"}) {
    const HttpResponse refused = server.Ask("POST", target);
    EXPECT_EQ(refused.status, 405) << target;
    EXPECT_EQ(HeaderOf(refused, "Allow"), "GET") << target;
  }
  HttpRequest request;
  request.method = "GET";
  for (const char* open : {"/", "/assets/style.css", "/soundfont", "/icon.svg"}) {
    request.target = open;
    EXPECT_TRUE(server.api().CheckHead(request).ok()) << open;
  }
  // A link to them may stand on any page where there is no token.
  StudioServer unlocked(options_);
  request.fetch_site = "cross-site";
  for (const auto& [method, target, linked] :
       {std::tuple("GET", "/", true), std::tuple("HEAD", "/icon.svg", true),
        std::tuple("POST", "/", false), std::tuple("GET", "/v1/jobs", false)}) {
    request.method = method;
    request.target = target;
    EXPECT_EQ(unlocked.api().CheckHead(request).ok(), linked) << method << target;
  }
  request.method = "GET";
  for (const char* closed_path : {"/v1/convert", "/v1/generators", "/metrics", "/openapi.json"}) {
    request.target = closed_path;
    EXPECT_FALSE(server.api().CheckHead(request).ok()) << closed_path;
  }
}

TEST_F(PageTest, SaysWhatBuildsIt) {
  for (const char* folder : {"", "/nowhere"}) {
    options_.page_folder = folder;
    StudioServer server(options_);
    const HttpResponse response = server.Get("/");
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("`make studio` builds it"));
  }
}

TEST_F(PageTest, TheSoundFontIsSharedAndKept) {
  StudioServer server(options_);
  const HttpResponse first = server.Get("/soundfont"), second = server.Get("/soundfont");
  ASSERT_NE(first.shared_body, nullptr);
  EXPECT_EQ(*first.shared_body, "RIFF font");
  EXPECT_EQ(first.shared_body, second.shared_body);
  const std::string tag = HeaderOf(first, "ETag");
  for (const std::string& given : {tag, "\"x\", " + tag, "W/" + tag}) {
    const HttpResponse kept = server.Get("/soundfont", {.if_none_match = given});
    EXPECT_EQ(kept.status, 304) << given;
    EXPECT_EQ(HeaderOf(kept, "ETag"), tag);
  }
  EXPECT_EQ(server.Get("/soundfont", {.if_none_match = "\"x\""}).status, 200);
  ASSERT_TRUE(WriteFile(options_.sound_font, "another font").ok());
  const HttpResponse other = server.Get("/soundfont", {.if_none_match = tag});
  ASSERT_EQ(other.status, 200);
  EXPECT_EQ(*other.shared_body, "another font");
  std::filesystem::remove(options_.sound_font);
  EXPECT_EQ(server.Get("/soundfont").status, 404);
  EXPECT_THAT(server.Get("/soundfont").body, HasSubstr("--soundfont"));
}

TEST_F(PageTest, TheDescriptionNamesWhatThereIs) {
  StudioServer server(options_);
  const auto paths = nlohmann::json::parse(server.Get("/openapi.json").body)["paths"];
  for (const char* path : {"/", "/soundfont", "/v1/convert", "/v1/generators"}) {
    EXPECT_TRUE(paths.contains(path)) << path;
  }
  for (const auto& [path, methods] : paths.items()) {
    std::string target = path;
    for (size_t at = 0; (at = target.find('{')) != std::string::npos;) {
      target.replace(at, target.find('}') + 1 - at, "1");
    }
    for (const auto& [method, said] : methods.items()) {
      std::string verb = method;
      for (char& c : verb) c = static_cast<char>(c - 'a' + 'A');
      const HttpResponse response = server.Ask(verb, target);
      EXPECT_NE(response.status, 405) << verb << " " << target;
      EXPECT_THAT(response.body, ::testing::Not(HasSubstr("there is nothing at"))) << target;
    }
  }
}

TEST(ResourcePathTest, Parts) {
  const struct {
    const char *path, *id, *verb, *rest;
  } rows[] = {
      {"/v1/jobs", "", "", ""},
      {"/v1/jobs/a-1", "a-1", "", ""},
      {"/v1/jobs/a-1:stop", "a-1", "stop", ""},
      {"/v1/jobs/a-1/tunes/30", "a-1", "", "tunes/30"},
      {"/v1/jobs/a/b:c", "a", "", "b:c"},
  };
  for (const auto& row : rows) {
    const auto resource = ResourceOf(row.path, "/v1/jobs");
    ASSERT_TRUE(resource.has_value()) << row.path;
    EXPECT_EQ(resource->id, row.id) << row.path;
    EXPECT_EQ(resource->verb, row.verb) << row.path;
    EXPECT_EQ(resource->rest, row.rest) << row.path;
  }
  for (const char* path : {"/v1/job", "/v1/jobsa", "/v1/jobs/", "/v1/jobs//x", "/v1/jobs/:stop"}) {
    EXPECT_FALSE(ResourceOf(path, "/v1/jobs").has_value()) << path;
  }
}

}  // namespace
}  // namespace magenta
