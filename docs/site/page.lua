-- What docs/site.sh changes in a page of the book: links lead to pages, words of the glossary carry their meaning, pictures that
-- the app drew carry their scene, questions carry their answer, and each section goes into the index of the search.

local file = os.getenv("TINYMOR_FILE")
local folder = file:match("^(.*/)") or ""
local pages = {}
for source, page in os.getenv("TINYMOR_PAGES"):gmatch("(%S+)=(%S+)") do pages[source] = page end
local page = pages[file]

local function read(name)
  local opened = io.open(name)
  local text = opened and opened:read("a")
  if opened then opened:close() end
  return text
end

local function html(text) return pandoc.RawBlock("html", text) end

local function escaped(text)
  return (text:gsub("[&<>\"\n]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\n"] = "&#10;" }))
end

local function place_of(word) return (word:lower():gsub("[^%w]+", "-")) end

local meanings = {}
for word, meaning in read("glossary.md"):gmatch("\n%- %*%*([^*\n]+)%*%*: ([^\n]+)") do meanings[word] = meaning end

-- The index

local function add_to_index(blocks)
  local index = io.open(os.getenv("TINYMOR_INDEX"), "a")
  local function quoted(text)
    text = text:gsub("%s+", " "):gsub("%-%-%-+ ?", ""):gsub("[\\\"]", "\\%0")
    return '"' .. text .. '"'
  end
  local id, heading, section = "", "", pandoc.List()
  local function finish()
    local text = pandoc.write(pandoc.Pandoc(section), "plain", { wrap_text = "wrap-none" })
    index:write("[", quoted(page), ",", quoted(id), ",", quoted(heading), ",", quoted(text), "],\n")
    section = pandoc.List()
  end
  for _, block in ipairs(blocks) do
    if block.t == "Header" then
      if heading ~= "" then finish() end
      id, heading = block.level == 1 and "" or block.identifier, pandoc.utils.stringify(block)
    elseif block.t ~= "RawBlock" then
      section:insert(block)
    end
  end
  finish()
  index:close()
end

-- Links

local function normal(path)
  local changed
  repeat path, changed = path:gsub("[^/]+/%.%./", "", 1) until changed == 0
  return path
end

local terms = 0

function Link(link)
  local target, place = link.target:match("^([^#]*)(#?.*)$")
  if link.target:match("^%a+:") or target == "" then return end
  local to = pages[normal(folder .. target)]
  if not to then return link.content end  -- a file of the tree, which is not among the pages
  local meaning = to == "glossary.html" and meanings[link.title]
  if not meaning then
    link.target = to .. place
    return link
  end
  terms = terms + 1
  local id = "term-" .. terms
  return {
    pandoc.RawInline("html", ('<span class="term"><a href="%s#%s" aria-describedby="%s">'):format(to, place_of(link.title), id)),
    pandoc.Span(link.content),
    pandoc.RawInline("html", ('</a><span role="tooltip" id="%s">%s</span></span>'):format(id, escaped(meaning))),
  }
end

-- Pictures

-- A bundled run that a scene opens is elsewhere in the page.
local function scene_of(name)
  local scene = read(name)
  return scene and scene:gsub("#[^\n]*\n", ""):gsub("\n$", ""):gsub("open %S*(/share/tinymor/)", "open %1")
end

local function figure(picture)
  local scene = scene_of((picture.src:gsub("%.%w+$", ".scene")))
  local attributes = scene and ' data-scene="' .. escaped(scene) .. '"' or ""
  return { html("<figure" .. attributes .. ">"), pandoc.Plain({ picture }), html("</figure>") }
end

-- For the page of a teacher, the scenes of the slides as links into the app.
local function slides(app)
  local links = {}
  for name in pandoc.pipe("ls", { "teaching/scenes" }, ""):gmatch("%S+") do
    name = "teaching/scenes/" .. name
    local address = app .. "#scene=" .. scene_of(name):gsub("[^%w._-]", function(c) return ("%%%02X"):format(c:byte()) end)
    links[#links + 1] = { pandoc.Plain({ pandoc.Link(read(name):match("# ([^\n]*)"), address) }) }
  end
  return { pandoc.Header(2, "The scenes of the slides, live", pandoc.Attr("scenes")), pandoc.BulletList(links) }
end

-- Questions: a paragraph that begins with **Question.**, perhaps a list to choose from, and a block
-- <details id="q-NAME"> whose first words in bold are the answer.

local function is_question(block)
  local first = block.t == "Para" and block.content[1]
  return first and first.t == "Strong" and pandoc.utils.stringify(first) == "Question."
end

local function answer_of(block)
  local first = block and block.t == "Para" and block.content[1]
  assert(first and first.t == "Strong", file .. ": an answer begins with the words that are right, in bold")
  return pandoc.utils.stringify(first)
end

local function arranged(blocks)
  local out, open = pandoc.List(), nil
  for i, block in ipairs(blocks) do
    local name = block.t == "RawBlock" and block.text:match('^<details id="q%-([%w-]+)"')
    if is_question(block) then
      out:insert(html(""))
      open = #out
    elseif name then
      assert(open, file .. ": q-" .. name .. " has no **Question.**")
      out[open] = html(('<section class="question" data-question="%s" data-answer="%s">'):format(name, escaped(answer_of(blocks[i + 1]))))
    end
    if block.t == "Para" and #block.content == 1 and block.content[1].t == "Image" then
      out:extend(figure(block.content[1]))
    elseif block.t == "Table" then
      out:extend({ html('<div class="wide">'), block, html("</div>") })
    else
      out:insert(block)
    end
    if open and block.t == "RawBlock" and block.text:match("^</details>") then
      out:insert(html("</section>"))
      open = nil
    end
  end
  return out
end

-- Each word of the glossary is a place.
local function name_words(blocks)
  for i, block in ipairs(blocks) do
    if block.t == "BulletList" then
      for _, item in ipairs(block.content) do
        local first = item[1].content[1]
        first = pandoc.Span(first, pandoc.Attr(place_of(pandoc.utils.stringify(first))))
        item[1].content[1] = first
      end
    end
  end
  return blocks
end

local function whole(doc)
  add_to_index(doc.blocks)
  local blocks = page == "glossary.html" and name_words(doc.blocks) or doc.blocks
  assert(blocks[1].t == "Header", file .. " has no title")
  doc.meta.title = pandoc.MetaInlines(blocks[1].content)
  doc.meta.pagetitle = pandoc.utils.stringify(blocks[1])
  if page ~= "index.html" then doc.meta.pagetitle = doc.meta.pagetitle .. " - tinymor" end
  table.remove(blocks, 1)
  doc.blocks = arranged(blocks)
  local app = os.getenv("TINYMOR_APP")
  if page == "plans.html" and app ~= "" then doc.blocks:extend(slides(app)) end
  return doc
end

return { { Link = Link }, { Pandoc = whole } }
