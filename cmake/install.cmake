# cmake --install: the programs that this build makes under Magenta's old names too, weights, completions,
# manual pages, protocols and documents, where GNUInstallDirs says. Programs find each other and the weights from
# where they lie, so the prefix may be moved.
foreach(program magenta magenta-train magenta-live magenta-serve)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
get_property(old_names GLOBAL PROPERTY MAGENTA_OLD_NAMES)
foreach(name ${old_names})
  install(PROGRAMS ${PROJECT_BINARY_DIR}/bin/${name} DESTINATION ${CMAKE_INSTALL_BINDIR})
endforeach()
install(DIRECTORY data/bundles data/drums DESTINATION ${CMAKE_INSTALL_DATADIR}/magenta COMPONENT data)
install(DIRECTORY proto/magenta DESTINATION ${CMAKE_INSTALL_DATADIR}/magenta/proto FILES_MATCHING PATTERN "*.proto")
install(FILES ${PROJECT_BINARY_DIR}/completions/magenta
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${PROJECT_BINARY_DIR}/completions/_magenta DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(DIRECTORY ${PROJECT_BINARY_DIR}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
if(TARGET magenta-serve)  # runs `magenta studio`
  install(FILES data/desktop/magenta-studio.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
  install(FILES studio/public/icon.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps
          RENAME magenta-studio.svg)
endif()
install(FILES LICENSE NOTICE README.md CHANGELOG.md ARCHITECTURE.md CONTRIBUTING.md SECURITY.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
# The documents, and what they link to where they look for it.
install(DIRECTORY docs examples include DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY python/examples DESTINATION ${CMAKE_INSTALL_DOCDIR}/python)
install(DIRECTORY data/drums DESTINATION ${CMAKE_INSTALL_DOCDIR}/data)
install(DIRECTORY data/bundles DESTINATION ${CMAKE_INSTALL_DOCDIR}/data FILES_MATCHING PATTERN "*.md")
