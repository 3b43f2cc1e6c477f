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

function fail(why) {
  loading.hidden = false;
  loading.textContent = 'tinymor cannot run here: ' + why;
}

// One frame after another while there is something to do.
let scheduled = false, later = 0, held = 0, running = false;
const beside = new MessageChannel();  // goes on in a tab that is not seen, which gets no frames
beside.port1.onmessage = () => frame();
function schedule() {
  if (scheduled || !running) return;
  scheduled = true;
  clearTimeout(later);
  if (document.hidden) beside.port2.postMessage(0);
  else requestAnimationFrame(frame);
}
function frame() {
  scheduled = false;
  let rest;
  try {
    rest = Module._page_frame();
  } catch (error) {
    running = false;
    fail(error.message || error);
    throw error;
  }
  if (rest <= 0 || held > 0) schedule();
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

async function take(list) {
  Module.FS.mkdirTree('/files');
  for (const file of list) {
    const path = '/files/' + file.name.replaceAll('/', '_');
    Module.FS.writeFile(path, new Uint8Array(await file.arrayBuffer()));
    Module.ccall('page_open', null, ['string'], [path]);
  }
  schedule();
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
  runs: () => running,
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
  download(name, bytes) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes]));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  },
};

// A screen reader finds here what the panels show, as it is when it comes.
function tellPanels() {
  report.textContent = Module.ccall('page_text', 'string', [], []);
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
    take(event.dataTransfer.files);
  });
  files.addEventListener('change', () => take(files.files).then(() => { files.value = ''; }));
  document.addEventListener('visibilitychange', schedule);
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

async function begin() {
  try {
    const [script, wasm, data] = await Promise.all(['tinymor.js', 'tinymor.wasm', 'tinymor.data'].map(unpack));
    Module.wasmBinary = wasm;
    Module.preRun = [() => writeFiles(data)];
    Module.onRuntimeInitialized = () => setTimeout(() => {  // once main has returned
      running = loading.hidden = loading.textContent.startsWith('tinymor is');
      if (!running) return;
      listen();
      resize();
      openScene();
      typed.focus({preventScroll: true});
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
