# The program of the page in a browser; pack.sh makes the pages around it.
add_executable(tinymor-page program/page.cpp)
target_link_libraries(tinymor-page PRIVATE tinymor::visualizer_shell)
set_target_properties(tinymor-page PROPERTIES OUTPUT_NAME tinymor RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
set(stack STACK_SIZE)
if(EMSCRIPTEN_VERSION VERSION_LESS 3.1.27)
  set(stack TOTAL_STACK)
endif()
set(places web)
if(CMAKE_CXX_FLAGS MATCHES -pthread)  # as many threads as compute and wait; a page cannot start one and wait for it
  set(places web,worker)
  target_link_options(tinymor-page PRIVATE "-sPTHREAD_POOL_SIZE=navigator.hardwareConcurrency+8" -Wno-pthreads-mem-growth)
endif()
target_link_options(tinymor-page PRIVATE -sMIN_WEBGL_VERSION=2 -sMAX_WEBGL_VERSION=2 -sALLOW_MEMORY_GROWTH=1
  -sINITIAL_MEMORY=128MB -s${stack}=4MB -sENVIRONMENT=${places} -sEXPORTED_RUNTIME_METHODS=FS,ccall -sFORCE_FILESYSTEM=1)

# A program for node that tests/web/same_bits.sh compares with the same one for this machine.
add_executable(same_bits ${CMAKE_SOURCE_DIR}/tests/web/same_bits.cpp)
target_include_directories(same_bits PRIVATE ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(same_bits PRIVATE tinymor::trainer)
target_link_options(same_bits PRIVATE -sENVIRONMENT=node -sSINGLE_FILE=1 -sALLOW_MEMORY_GROWTH=1 -sINITIAL_MEMORY=128MB -s${stack}=4MB
  -sEXIT_RUNTIME=1)
set_target_properties(same_bits PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

# The fonts that the window looks for, with the characters that texts in it have; hinting is for other programs.
set(fonts usr/share/fonts/truetype/dejavu)
foreach(font DejaVuSans DejaVuSans-Bold)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/${fonts}/${font}.ttf
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/${fonts}
    COMMAND pyftsubset /${fonts}/${font}.ttf --output-file=${CMAKE_BINARY_DIR}/${fonts}/${font}.ttf --no-hinting
      --layout-features= --unicodes=U+0020-052F,U+1E00-1EFF,U+2000-214F,U+2190-22FF,U+2500-25FF,U+FFFD
    COMMENT "Taking what is needed of ${font}" VERBATIM)
  list(APPEND page_fonts ${CMAKE_BINARY_DIR}/${fonts}/${font}.ttf)
endforeach()

# What pack.sh needs, and what the page's tests need beside it.
add_custom_target(pages DEPENDS tinymor-page same_bits bundled_runs ${page_fonts})
