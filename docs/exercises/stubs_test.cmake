# Builds the exercises as they stand and runs their checks: every one must be done, or not yet and come with a hint. One
# that does not compile is somebody's work, and no reason to fail, unless the files are as they came.
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
    message(FATAL_ERROR "nothing useful was said about ${name}:\n${said}")
  endif()
endforeach()
