# Builds the exercises as they are and runs their checks: each must be done, or not yet done and come with a hint. One that
# does not compile is a student's unfinished work and no reason to fail, unless the files are unchanged.
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BUILD} --target exercise_stubs RESULT_VARIABLE status
  OUTPUT_VARIABLE log ERROR_VARIABLE log)
if(NOT status EQUAL 0)
  execute_process(COMMAND git diff --quiet HEAD -- . WORKING_DIRECTORY ${CMAKE_CURRENT_LIST_DIR}
    RESULT_VARIABLE edited OUTPUT_QUIET ERROR_QUIET)
  if(edited EQUAL 0)
    message(FATAL_ERROR "the exercises do not compile:\n${log}")
  endif()
  execute_process(COMMAND ${CMAKE_COMMAND} -E echo "skipped: an exercise does not compile yet")
  return()
endif()
execute_process(COMMAND ${PROGRAM} RESULT_VARIABLE status OUTPUT_VARIABLE said)
if(NOT status MATCHES "^[01]$")
  message(FATAL_ERROR "the checks ended with ${status} after saying:\n${said}")
endif()
foreach(name ${EXERCISES})
  if(NOT said MATCHES "${name}: (done|not yet: [^\n]+\nhint: [^\n]+\n)")
    message(FATAL_ERROR "there is no useful line about ${name}:\n${said}")
  endif()
endforeach()
