# What find_package gives elsewhere, for Emscripten, which has no packages: header-only libraries as they are installed
# here, and the sources that ./run.sh web has fetched into TINYMOR_SOURCES, a folder per library.
set(TINYMOR_SOURCES ${CMAKE_BINARY_DIR}/sources CACHE PATH "The sources of imgui, sentencepiece and zlib")

# A folder that shows only the headers of these libraries: the others in /usr/include are of this machine.
set(headers ${CMAKE_BINARY_DIR}/headers)
file(MAKE_DIRECTORY ${headers})
foreach(folder fmt nlohmann toml++ stb)
  if(NOT EXISTS /usr/include/${folder})
    message(FATAL_ERROR "/usr/include/${folder} is missing (./run.sh web installs it)")
  endif()
  file(CREATE_LINK /usr/include/${folder} ${headers}/${folder} SYMBOLIC)
endforeach()

# header_library(NAME [FOLDER]): found in /usr/include, or in a folder there.
function(header_library name)
  add_library(${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${name} SYSTEM INTERFACE ${headers}/${ARGN})
endfunction()
header_library(fmt::fmt)
target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
header_library(nlohmann_json::nlohmann_json)
header_library(tomlplusplus::tomlplusplus)
add_library(Threads::Threads INTERFACE IMPORTED GLOBAL)

# sources_of(VARIABLE PACKAGE): the folder of its sources.
function(sources_of variable package)
  file(GLOB found LIST_DIRECTORIES true ${TINYMOR_SOURCES}/${package}-*)
  foreach(folder ${found})
    if(IS_DIRECTORY ${folder})
      set(${variable} ${folder} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "the sources of ${package} are missing in ${TINYMOR_SOURCES} (./run.sh web fetches them)")
endfunction()

# source_library(NAME FOLDER SOURCES ...): other people's code, whose warnings are theirs.
function(source_library name folder)
  add_library(tinymor_${name} STATIC ${ARGN})
  add_library(PkgConfig::${name} ALIAS tinymor_${name})
  target_compile_options(tinymor_${name} PRIVATE -w)
  target_include_directories(tinymor_${name} SYSTEM PUBLIC ${folder})
endfunction()

enable_language(C)
sources_of(zlib zlib)
file(GLOB sources ${zlib}/*.c)
source_library(zlib ${zlib} ${sources})
target_compile_definitions(tinymor_zlib PRIVATE HAVE_UNISTD_H)

sources_of(sentencepiece sentencepiece)
file(GLOB sources ${sentencepiece}/src/*.cc ${sentencepiece}/src/builtin_pb/*.cc
  ${sentencepiece}/third_party/protobuf-lite/*.cc ${sentencepiece}/third_party/absl/flags/*.cc)
list(FILTER sources EXCLUDE REGEX "_test\\.cc$|_main\\.cc$|/testharness\\.cc$")
source_library(sentencepiece ${sentencepiece}/src ${sources})
file(WRITE ${CMAKE_BINARY_DIR}/sentencepiece/config.h 
  "#define VERSION \"\"\n#define PACKAGE \"sentencepiece\"\n#define PACKAGE_STRING \"sentencepiece\"\n")
target_include_directories(tinymor_sentencepiece PRIVATE ${CMAKE_BINARY_DIR}/sentencepiece ${sentencepiece}
  ${sentencepiece}/src/builtin_pb ${sentencepiece}/third_party ${sentencepiece}/third_party/protobuf-lite)
target_compile_definitions(tinymor_sentencepiece PRIVATE _USE_INTERNAL_STRING_VIEW HAVE_PTHREAD=1)
target_compile_options(tinymor_sentencepiece PRIVATE -include ${CMAKE_CURRENT_LIST_DIR}/sentencepiece.h)

file(WRITE ${CMAKE_BINARY_DIR}/stb.c "#define STB_TRUETYPE_IMPLEMENTATION\n#include <stb_truetype.h>\n"
  "#define STB_IMAGE_WRITE_IMPLEMENTATION\n#include <stb_image_write.h>\n")
source_library(stb ${headers}/stb ${CMAKE_BINARY_DIR}/stb.c)

sources_of(imgui imgui)
source_library(imgui ${imgui} ${imgui}/imgui.cpp ${imgui}/imgui_draw.cpp ${imgui}/imgui_tables.cpp
  ${imgui}/imgui_widgets.cpp ${imgui}/backends/imgui_impl_opengl3.cpp ${imgui}/misc/cpp/imgui_stdlib.cpp)
target_include_directories(tinymor_imgui SYSTEM PUBLIC ${imgui}/misc/cpp)
set_source_files_properties(${imgui}/backends/imgui_impl_opengl3.cpp PROPERTIES COMPILE_OPTIONS
  "-include;${CMAKE_CURRENT_LIST_DIR}/imgui.h")
# WebGL 2 has no offset to add to indices: they have 32 bits instead.
target_compile_definitions(tinymor_imgui PUBLIC IMGUI_IMPL_OPENGL_ES3 "ImDrawIdx=unsigned int")
