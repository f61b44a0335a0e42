# The studio's page (studio/): npm's packages by their lock file, then types and Vite, into build/studio, which
# magenta-serve serves. Everything is from npm's registry; nothing is fetched when the page is opened.
find_program(MAGENTA_NPM npm REQUIRED)
set(page ${PROJECT_SOURCE_DIR}/studio)
set(built_page ${PROJECT_BINARY_DIR}/studio)
set(modules ${PROJECT_BINARY_DIR}/studio_modules.txt)
add_custom_command(
  OUTPUT ${modules}
  COMMAND ${MAGENTA_NPM} ci --no-audit --no-fund --loglevel=error
  COMMAND ${CMAKE_COMMAND} -E touch ${modules}
  DEPENDS ${page}/package-lock.json ${page}/.npmrc
  WORKING_DIRECTORY ${page} COMMENT "npm ci for the studio's page" VERBATIM)
file(GLOB_RECURSE page_sources CONFIGURE_DEPENDS ${page}/src/* ${page}/public/*)
list(FILTER page_sources EXCLUDE REGEX "\\.test\\.tsx?$")
add_custom_command(
  OUTPUT ${built_page}/index.html
  COMMAND ${CMAKE_COMMAND} -E env MAGENTA_STUDIO_OUT=${built_page} ${MAGENTA_NPM} run --silent build
  DEPENDS ${modules} ${page_sources} ${page}/index.html ${page}/package.json ${page}/tsconfig.json ${page}/vite.config.ts
  WORKING_DIRECTORY ${page} COMMENT "the studio's page" VERBATIM)
add_custom_target(studio_page ALL DEPENDS ${built_page}/index.html)
install(DIRECTORY ${built_page}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/magenta/studio)
