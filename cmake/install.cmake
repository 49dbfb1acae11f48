# cmake --install: daemons to libexec, tools to bin, agents, schema, systemd units, examples.
set(MUSTER_LIBEXEC ${CMAKE_INSTALL_LIBEXECDIR}/muster)
set(MUSTER_OCF_ROOT "lib/ocf" CACHE STRING "where OCF providers lie, below the prefix (Debian: /usr/lib/ocf)")

foreach(daemon musterd crmd lrmd fenced)
    if(TARGET ${daemon})
        install(TARGETS ${daemon} RUNTIME DESTINATION ${MUSTER_LIBEXEC})
    endif()
endforeach()
# Tools install themselves (tools/*/CMakeLists.txt), the schema too (cib/schema).

# Fence agents of ours.
install(PROGRAMS agents/fence/fence_muster_lab DESTINATION ${MUSTER_LIBEXEC}/fence)
# Everything that is installed, without the tests: ninja programs.
get_property(programs GLOBAL PROPERTY MUSTER_PROGRAMS)
foreach(agent agent_ipaddr agent_ipvs muster_shell_agents)
    if(TARGET ${agent})
        list(APPEND programs ${agent})
    endif()
endforeach()
add_custom_target(programs DEPENDS ${programs})

# OCF agents, provider muster: a folder of programs and scripts, complete after the build.
install(DIRECTORY ${CMAKE_BINARY_DIR}/ocf/resource.d/muster DESTINATION ${MUSTER_OCF_ROOT}/resource.d
        USE_SOURCE_PERMISSIONS)

configure_file(cmake/install/muster.service.in ${CMAKE_BINARY_DIR}/install/muster.service @ONLY)
configure_file(cmake/install/muster.tmpfiles.in ${CMAKE_BINARY_DIR}/install/muster.tmpfiles.conf @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/install/muster.service DESTINATION lib/systemd/system)
install(FILES ${CMAKE_BINARY_DIR}/install/muster.tmpfiles.conf DESTINATION lib/tmpfiles.d RENAME muster.conf)
install(FILES cmake/install/muster.sysusers DESTINATION lib/sysusers.d RENAME muster.conf)
# With the prefix /usr this is /etc (GNUInstallDirs); an administrator's file is never overwritten.
install(CODE "
    set(target \"\$ENV{DESTDIR}${CMAKE_INSTALL_FULL_SYSCONFDIR}/default/muster\")
    if(NOT EXISTS \"\${target}\")
        file(INSTALL DESTINATION \"${CMAKE_INSTALL_FULL_SYSCONFDIR}/default\" TYPE FILE
             FILES \"${CMAKE_SOURCE_DIR}/cmake/install/muster.default\" RENAME muster)
    endif()")
install(FILES cmake/install/corosync.conf.example DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES cmake/install/uidgid.muster DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
