// What the pages of the book do beyond being read: search, figures that run, questions that are checked, meanings that stay
// inside the window. Everything else works without this file.

const make = (name, properties = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties))
    if (key === 'role' || key.startsWith('aria-')) element.setAttribute(key, value); else element[key] = value;
  element.append(...children);
  return element;
};

const load = (src) => new Promise((onload, onerror) => document.head.append(make('script', { src, onload, onerror })));

// --- Search, in search.js, which is loaded when it is first needed (a page from a disk may load scripts and nothing else).

const search = document.getElementById('search'), words = document.getElementById('words');
const found = document.getElementById('found');
let index;

const loadIndex = () => index ??= load('search.js').then(() => globalThis.tinymorIndex);

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// The sections that have all of the words, the best first: a word in a heading counts more than one in the text.
const matches = (sections, asked) => {
  const lower = asked.map((word) => word.toLowerCase());
  const worth = ([, , heading, text]) => {
    heading = heading.toLowerCase(), text = text.toLowerCase();
    let sum = 0;
    for (const word of lower) {
      const times = text.split(word).length - 1, here = heading.includes(word);
      if (!here && times === 0) return 0;
      sum += Math.min(times, 5) + (here ? 10 : 0);
    }
    return sum;
  };
  return sections.map((section) => [worth(section), section]).filter(([sum]) => sum > 0)
    .sort((a, b) => b[0] - a[0]).slice(0, 20).map(([, section]) => section);
};

const marked = (text, asked) => {
  const parts = text.split(new RegExp(`(${asked.map(escaped).join('|')})`, 'gi'));
  return parts.map((part, i) => i % 2 ? make('mark', {}, part) : part);
};

const snippet = (text, asked) => {
  const at = Math.max(0, text.search(new RegExp(escaped(asked[0]), 'i')));
  const from = at < 60 ? 0 : text.indexOf(' ', at - 60) + 1;
  const to = from + 180 < text.length ? text.lastIndexOf(' ', from + 180) : text.length;
  return (from ? '… ' : '') + text.slice(from, to) + (to < text.length ? ' …' : '');
};

const show = async () => {
  const asked = words.value.trim().split(/\s+/).filter(Boolean);
  const sections = asked.length ? await loadIndex() : [];
  found.hidden = asked.length === 0;
  if (found.hidden) return;
  const titles = {};
  for (const [page, id, heading] of sections) if (!id) titles[page] = heading;
  const best = matches(sections, asked);
  found.replaceChildren(make('p', { role: 'status' }, best.length === 0 ? `No section has ${asked.join(' and ')}.` :
    best.length === 20 ? 'The best 20:' : `${best.length} section${best.length === 1 ? '' : 's'}:`),
    ...best.map(([page, id, heading, text]) => make('a', { href: id ? `${page}#${id}` : page },
      make('b', {}, ...marked(heading, asked)), id ? `, in ${titles[page]}` : '',
      make('p', {}, ...marked(snippet(text, asked), asked)))));
};

search.hidden = false;
search.addEventListener('submit', (event) => {
  event.preventDefault();
  found.querySelector('a')?.click();
});
words.addEventListener('focus', loadIndex);
words.addEventListener('input', show);
found.addEventListener('click', () => found.hidden = true);
document.addEventListener('keydown', (event) => {
  const typing = event.target.matches('input, textarea');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    words.focus();
  } else if (event.key === 'Escape') {
    found.hidden = true;
    for (const term of document.querySelectorAll('.term')) term.classList.add('away');
  } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !found.hidden) {
    const all = [words, ...found.querySelectorAll('a')], at = all.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    all[Math.min(all.length - 1, Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1)))].focus();
  }
});
document.addEventListener('pointerdown', (event) => {
  if (!found.contains(event.target) && !search.contains(event.target)) found.hidden = true;
});

// --- Meanings of words: moved left where they would leave the window; on a touch screen the first tap shows, the second leads.

for (const term of document.querySelectorAll('.term')) {
  const tip = term.querySelector('[role=tooltip]');
  const place = () => {
    term.classList.remove('away');
    tip.style.left = 0;
    const over = tip.getBoundingClientRect().right + 12 - document.documentElement.clientWidth;
    if (over > 0) tip.style.left = `${-over}px`;
  };
  let touched = false;
  term.addEventListener('pointerenter', place);
  term.addEventListener('focusin', place);
  term.addEventListener('pointerdown', (event) => touched = event.pointerType === 'touch' && document.activeElement !== term.firstElementChild);
  term.addEventListener('click', (event) => {
    if (touched) event.preventDefault(), term.firstElementChild.focus();
  });
}

// --- Figures: the app in the place of its picture, in the same scene and with the page's light or dark. One runs at a time.

let stopOther = () => {};
// A page from a disk may load nothing from beside it; the app in one file needs nothing.
const app = document.body.dataset.app && (location.protocol === 'file:' ? 'tinymor.html' : document.body.dataset.app);
for (const link of app ? document.querySelectorAll('a[href^="app.html"]') : [])
  link.setAttribute('href', link.getAttribute('href').replace('app.html', app));
for (const figure of app ? document.querySelectorAll('figure[data-scene]') : []) {
  const picture = figure.querySelector('img');
  const address = () => {
    let scene = figure.dataset.scene;
    if (!/^theme /m.test(scene)) scene += `\ntheme ${matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'}`;
    return `${app}#scene=${encodeURIComponent(scene)}`;
  };
  const button = make('button', { type: 'button' }, 'Run this figure');
  const large = make('a', { href: address(), target: '_blank' }, 'or open it in a window of its own');
  const stop = () => {
    figure.querySelector('iframe')?.remove();
    figure.classList.remove('runs');
    picture.hidden = false;
    button.textContent = 'Run this figure';
    stopOther = () => {};
  };
  button.addEventListener('click', () => {
    if (picture.hidden) return stop();
    stopOther();
    const frame = make('iframe', { src: address(), title: picture.alt, allow: 'clipboard-write' });
    picture.hidden = true;
    picture.before(frame);
    figure.classList.add('runs');
    button.textContent = 'Back to the picture';
    stopOther = stop;
    frame.focus();
  });
  figure.append(make('div', { className: 'do' }, button, large));
}

// --- Questions. Where the judge of docs/questions is beside the page, it works out the answer and decides. Without it, the same
// rule is here, with the chapter's answer: as many numbers, whole ones the same, others within one percent.

let judge;
const loadJudge = () => judge ??= load(document.body.dataset.judge).then(() => globalThis.tinymorJudge).catch(() => {});

const numbers = (text) => [...text.replace(/\u2212/g, '-').matchAll(/(-?\d*\.?\d+)\.?(?:\/(-?\d*\.?\d+))?/g)]
  .map(([, above, below]) => below ? above / below : +above);
const isNear = (given, right) => Math.abs(given - right) <= (Number.isInteger(right) ? 1e-6 : 0.01 * Math.abs(right));
const rightAnswer = (expected, answer) => {
  const right = numbers(expected), given = numbers(answer);
  return given.length === right.length && right.every((value, i) => isNear(given[i], value));
};
const check = async (question, expected, answer) => {
  if (document.body.dataset.judge) await loadJudge();
  return globalThis.tinymorCheck?.(question, answer) ?? rightAnswer(expected, answer);
};

// A thing in one of two boxes moves to the other one when it is pressed, or dragged there.
const letMove = (thing, boxes, put) => {
  let from;
  const end = () => {
    from = undefined;
    thing.style.translate = '';
    for (const box of boxes) box.classList.remove('below');
  };
  const below = (event) => boxes.find((box) => {
    const { left, right, top, bottom } = box.getBoundingClientRect();
    return event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
  });
  thing.addEventListener('pointerdown', (event) => {
    from = [event.clientX, event.clientY];
    thing.setPointerCapture(event.pointerId);
  });
  thing.addEventListener('pointermove', (event) => {
    if (!from) return;
    thing.style.translate = `${event.clientX - from[0]}px ${event.clientY - from[1]}px`;
    for (const box of boxes) box.classList.toggle('below', box === below(event) && box !== thing.parentElement);
  });
  const other = () => boxes.find((box) => box !== thing.parentElement);
  thing.addEventListener('pointerup', (event) => {
    if (!from) return;
    const moved = Math.hypot(event.clientX - from[0], event.clientY - from[1]) > 5;
    const box = moved ? below(event) : other();
    end();
    if (box) put(thing, box);
  });
  thing.addEventListener('pointercancel', end);
  thing.addEventListener('click', (event) => {
    if (event.detail > 0) return;  // by the pointer, as above
    put(thing, other());
    thing.focus();
  });
};

for (const section of document.querySelectorAll('.question')) {
  const { question, answer } = section.dataset, details = section.querySelector('details');
  const verdict = make('output', {});
  const list = [...section.querySelectorAll('ul > li')].filter((item) => !details.contains(item));
  const form = make('form', {});
  let given;
  if (list.length) {
    const buttons = list.map((item) => make('button', { type: 'button' }, item.textContent.trim()));
    const left = make('div', { className: 'choice', role: 'group', 'aria-label': 'Not taken' }, ...buttons);
    const taken = make('div', { className: 'choice', role: 'group', 'aria-label': 'Taken' });
    const put = (button, box) => {
      box.append(...buttons.filter((other) => other === button || other.parentElement === box));
      verdict.textContent = '';
    };
    for (const button of buttons) letMove(button, [left, taken], put);
    given = () => [...taken.children].map((button) => button.textContent.split(':')[0]).join(', ');
    list[0].parentElement.classList.add('on-paper');
    details.before(form);
    form.append(left, taken);
  } else {
    const input = make('input', { type: 'text', autocomplete: 'off', 'aria-label': 'Your answer', size: Math.max(12, answer.length + 4) });
    input.addEventListener('input', () => verdict.textContent = '');
    given = () => input.value;
    details.before(form);
    form.append(input);
  }
  form.append(make('button', {}, 'Check'), verdict);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (!given().trim()) return;
    const right = await check(question, answer, given());
    verdict.className = right ? 'right' : 'wrong';
    verdict.textContent = right ? 'Right.' : 'Not yet. Try again, or open the answer.';
    if (right) details.open = true;
  });
}
