// The page's side of the program: unpacks it, and hands on what a person does. The other side is
// visualizer/shell/browser.
(() => {
'use strict';

const canvas = document.getElementById('canvas'), typed = document.getElementById('typed');
const report = document.getElementById('report'), files = document.getElementById('files');
const loading = document.getElementById('loading');

// The bytes of a packed file: from inside this page, or from beside it.
async function unpack(name) {
  const inside = document.getElementById(name);
  let packed;
  if (inside) {
    packed = bytesOf(inside.textContent);
    inside.remove();
  } else {
    const answer = await fetch(name + '.gz');
    if (!answer.ok) throw new Error(name + '.gz: ' + answer.status + ' ' + answer.statusText);
    packed = new Uint8Array(await answer.arrayBuffer());
  }
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return packed;  // the server has said what it is, and the browser unpacked it
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// What pack.sh has written as text.
function bytesOf(text) {
  const byteOf = new Uint8Array(65536), bytes = new Uint8Array(text.length);
  const all = new TextDecoder('windows-1252').decode(Uint8Array.from({length: 256}, (_, byte) => byte));
  for (let byte = 0; byte < 256; ++byte) byteOf[all.charCodeAt(byte)] = byte;
  let size = 0;
  for (let i = 0; i < text.length; ++i) {
    const escaped = text[i] === '=';
    if (escaped) ++i;
    bytes[size++] = byteOf[text.charCodeAt(i)] - (escaped ? 64 : 0);
  }
  return bytes.subarray(0, size);
}

// Puts what is in a tar archive into the program's folders.
function writeFiles(tar) {
  const text = (at, size) => new TextDecoder().decode(tar.subarray(at, at + size)).replace(/\0.*$/s, '');
  for (let at = 0; at + 512 <= tar.length && tar[at];) {
    const name = '/' + text(at, 100), size = parseInt(text(at + 124, 12), 8), kind = text(at + 156, 1);
    if (kind === '5') Module.FS.mkdirTree(name);
    if (kind === '0' || kind === '') {
      Module.FS.mkdirTree(name.slice(0, name.lastIndexOf('/')) || '/');
      Module.FS.writeFile(name, tar.slice(at + 512, at + 512 + size), {canOwn: true});
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

// What was kept the last time, where the program looks for it.
function writeKept() {
  let kept = null;
  try {
    kept = localStorage.getItem('tinymor');
  } catch (error) {
    return;  // not allowed here
  }
  if (!kept) return;
  Module.FS.mkdirTree('/home/web_user/.config/tinymor');
  Module.FS.writeFile('/home/web_user/.config/tinymor/window.scene', kept);
}

function fail(why) {
  loading.hidden = false;
  loading.textContent = 'tinymor cannot run here: ' + why;
}

// One frame after another while there is something to do. While the program works, it goes on at once; the browser gets
// its turn to show what was drawn, and to hand on what a person does, in between.
let scheduled = false, later = 0, held = 0, running = false;
const beside = new MessageChannel();  // goes on in a tab that is not seen, too, which gets no frames
beside.port1.onmessage = () => frame();
function schedule(atOnce = false) {
  if (scheduled || !running) return;
  scheduled = true;
  clearTimeout(later);
  if (atOnce || document.hidden) beside.port2.postMessage(0);
  else requestAnimationFrame(frame);
}
function frame() {
  scheduled = false;
  clearTimeout(quiet);
  quiet = setTimeout(tellPanels, 1000);
  let rest;
  try {
    rest = Module._page_frame();
  } catch (error) {
    running = false;
    fail(error.message || error);
    throw error;
  }
  if (rest <= 0 || held > 0) schedule(rest < 0);
  else if (Number.isFinite(rest)) later = setTimeout(schedule, 1000 * rest);
}

const density = () => window.devicePixelRatio || 1;
function resize() {
  canvas.width = Math.round(canvas.clientWidth * density());
  canvas.height = Math.round(canvas.clientHeight * density());
  Module._page_resize(canvas.width, canvas.height, density());
  schedule();
}

const modifiers = event => (event.shiftKey ? 1 : 0) + (event.ctrlKey || event.metaKey ? 2 : 0);
function point(event) {
  const box = canvas.getBoundingClientRect();
  Module._page_pointer((event.clientX - box.left) * density(), (event.clientY - box.top) * density(), modifiers(event));
}

// Mouse, pen and one finger point and press; two fingers turn the wheel.
const fingers = new Map();
let spread = 0;
const apart = () => {
  const [a, b] = [...fingers.values()];
  return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
};
function press(event) {
  event.preventDefault();
  typed.focus({preventScroll: true});
  canvas.setPointerCapture(event.pointerId);
  if (event.pointerType === 'touch') fingers.set(event.pointerId, event);
  if (fingers.size === 2) {
    spread = apart();
    release(event);
  }
  if (fingers.size < 2) {
    point(event);
    ++held;
    Module._page_button([0, 2, 1][event.button] || 0, 1, modifiers(event));
  }
  schedule();
}
function move(event) {
  if (fingers.has(event.pointerId)) fingers.set(event.pointerId, event);
  if (fingers.size === 2) {
    const now = apart();
    if (now > 0 && spread > 0) Module._page_wheel(8 * Math.log2(now / spread), 0);
    spread = now;
  } else {
    point(event);
  }
  schedule();
}
function release(event) {
  if (held > 0) {
    --held;
    Module._page_button([0, 2, 1][event.button] || 0, 0, modifiers(event));
  }
  schedule();
}
function lift(event) {
  fingers.delete(event.pointerId);
  if (fingers.size === 0) point(event);
  release(event);
}

function wheel(event) {
  if (event.ctrlKey) return;  // the browser's own zoom
  event.preventDefault();
  const perNotch = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 100 : 3;
  Module._page_wheel(-(event.deltaY || event.deltaX) / perNotch, modifiers(event));
  schedule();
}

// Keys that the program acts on are kept from the browser, which has all others: its own shortcuts, and what is typed.
function key(event, down) {
  schedule();
  const command = event.ctrlKey || event.metaKey, letter = event.key.length === 1 && event.key !== ' ';
  if (event.isComposing || event.altKey || letter !== command || (command && event.key === 'v')) return;
  if (down && event.repeat) return command || event.key === ' ' ? undefined : event.preventDefault();
  const known = Module.ccall('page_key', 'number', ['string', 'number', 'number'], [event.key, down, modifiers(event)]);
  if (known && !command && event.key !== ' ') event.preventDefault();
}
function takeTyped() {
  if (!typed.value) return;
  Module.ccall('page_type', null, ['string'], [typed.value]);
  typed.value = '';
  schedule();
}

// What a person has given: [path, file] of each. Several belong together, like the files of a run.
let given = 0;
async function take(list) {
  if (list.length === 0) return;
  const folder = '/files/' + ++given + '/';
  for (const [path, file] of list) {
    Module.FS.mkdirTree((folder + path).replace(/[^/]*$/, ''));
    Module.FS.writeFile(folder + path, new Uint8Array(await file.arrayBuffer()), {canOwn: true});
  }
  const top = new Set(list.map(([path]) => path.split('/')[0]));
  Module.ccall('page_open', null, ['string'], [top.size === 1 ? folder + [...top][0] : folder]);
  schedule();
}
const chosen = list => [...list].map(file => [file.name, file]);

// The files in what was dropped, and in its folders.
async function dropped(items) {
  const list = [];
  const look = async (entry, within) => {
    const path = within + entry.name;
    if (entry.isFile) return list.push([path, await new Promise((found, failed) => entry.file(found, failed))]);
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((found, failed) => reader.readEntries(found, failed));
      if (some.length === 0) return;
      for (const inner of some) await look(inner, path + '/');
    }
  };
  const entries = [...items].map(item => item.webkitGetAsEntry()).filter(entry => entry);
  for (const entry of entries) await look(entry, '');
  return list;
}

// An address may end in a scene.
function openScene() {
  const scene = new URLSearchParams(location.hash.slice(1).replaceAll('+', '%2B')).get('scene');
  if (!scene) return;
  Module.FS.writeFile('/link.scene', scene);
  Module.ccall('page_open', null, ['string'], ['/link.scene']);
  schedule();
}

// What the program asks for.
const page = window.page = {
  wake: () => schedule(),
  complete: false,  // once all that comes with the program is there
  copy(text) {
    if (navigator.clipboard) navigator.clipboard.writeText(text).catch(() => page.copyByHand(text));
    else page.copyByHand(text);
  },
  copyByHand(text) {
    typed.value = text;
    typed.select();
    document.execCommand('copy');
    typed.value = '';
  },
  copyLink(scene) { page.copy(location.href.split('#')[0] + '#scene=' + encodeURIComponent(scene)); },
  wantText(wanted) {
    typed.inputMode = wanted ? 'text' : 'none';
    typed.blur();  // so that a keyboard on the screen comes, or goes
    typed.focus({preventScroll: true});
  },
  pick() { files.click(); },
  keep(text) {
    try {
      if (text) localStorage.setItem('tinymor', text);
      else localStorage.removeItem('tinymor');
      return 1;
    } catch (error) {
      return 0;
    }
  },
  download(name, bytes) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes]));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  },
};

// A screen reader finds here what the panels show. It is told when the reader comes to it, and when the picture has
// stood still for a second.
let quiet = 0;
function tellPanels() {
  const text = Module.ccall('page_text', 'string', [], []);
  if (text !== report.textContent) report.textContent = text;
}

function listen() {
  new ResizeObserver(resize).observe(canvas);
  window.addEventListener('resize', resize);
  canvas.addEventListener('pointerdown', press);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', lift);
  canvas.addEventListener('pointercancel', lift);
  canvas.addEventListener('wheel', wheel, {passive: false});
  canvas.addEventListener('contextmenu', event => event.preventDefault());
  document.addEventListener('keydown', event => key(event, 1));
  document.addEventListener('keyup', event => key(event, 0));
  typed.addEventListener('input', event => event.isComposing || takeTyped());
  typed.addEventListener('compositionend', takeTyped);
  document.addEventListener('paste', event => {
    event.preventDefault();
    Module.ccall('page_paste', null, ['string'], [event.clipboardData.getData('text')]);
    schedule();
  });
  document.addEventListener('dragover', event => event.preventDefault());
  document.addEventListener('drop', event => {
    event.preventDefault();
    dropped(event.dataTransfer.items).then(take);
  });
  files.addEventListener('change', () => take(chosen(files.files)).then(() => { files.value = ''; }));
  document.addEventListener('visibilitychange', () => schedule());
  window.addEventListener('hashchange', openScene);
  report.tabIndex = 0;
  report.addEventListener('focus', tellPanels);
}

const Module = window.Module = {
  canvas,
  print: text => console.log(text),
  printErr: text => {
    console.warn(text);
    if (text.startsWith('error: ')) fail(text.slice(7));
  },
  onAbort: why => fail(String(why)),
};

// The rest of the bundled runs, once the first picture is there.
async function loadRest() {
  await new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)));
  performance.mark('first picture');
  writeFiles(await unpack('tinymor.rest'));
  const beside = ['recursive', 'vanilla'].map(name => '/share/tinymor/first-runs/' + name);
  Module.ccall('page_open_beside', null, ['string'], [beside.join('\n')]);
  openScene();
  page.complete = true;
  setTimeout(schedule, 200);  // so soon after the last time the window does not look whether a recording has grown
}

// A page may start threads where its server says so. Where it does not, a service worker does, from the next time on
// that the page is loaded: at once.
const inside = document.getElementById('tinymor.js') !== null;
async function askForThreads() {
  if (inside || window.crossOriginIsolated || window !== window.parent || !navigator.serviceWorker) return;
  if (sessionStorage.getItem('asked for threads')) return;
  sessionStorage.setItem('asked for threads', 'yes');
  await navigator.serviceWorker.register('isolate.js');
  await navigator.serviceWorker.ready;
  window.addEventListener('unload', () => {});  // else Chromium keeps this page, and shows it at the next reload
  location.reload();
  await new Promise(() => {});
}

// The program that starts threads, and what those begin with.
async function unpackThreads() {
  const [script, wasm, worker] = await Promise.all(['threads.js', 'threads.wasm', 'threads.worker.js'].map(unpack));
  Module.mainScriptUrlOrBlob = new Blob([script], {type: 'text/javascript'});
  const begun = URL.createObjectURL(new Blob([worker], {type: 'text/javascript'}));
  Module.locateFile = name => name.endsWith('.worker.js') ? begun : name;
  return [script, wasm];
}

async function begin() {
  try {
    await askForThreads().catch(() => {});  // then it runs without
    const threads = !inside && window.crossOriginIsolated;
    const program = threads ? unpackThreads() : Promise.all(['tinymor.js', 'tinymor.wasm'].map(unpack));
    const [[script, wasm], data] = await Promise.all([program, unpack('tinymor.data')]);
    Module.wasmBinary = wasm;
    Module.preRun = [() => writeFiles(data), writeKept];
    Module.onRuntimeInitialized = () => setTimeout(() => {  // once main has returned
      running = loading.hidden = loading.textContent.startsWith('tinymor is');
      if (!running) return;
      listen();
      resize();
      typed.focus({preventScroll: true});
      loadRest().catch(error => fail(error.message));
    });
    const element = document.createElement('script');
    element.textContent = new TextDecoder().decode(script);
    document.head.append(element);
  } catch (error) {
    fail(error.message);
  }
}
begin();
})();
