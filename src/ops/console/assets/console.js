// What the pages can do besides: keys, live lists, copying, relative times. Everything else works without it.
'use strict';

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/* Relative times stay true while the page is open. */
const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
  [1, 's'],
];

function tellAgo() {
  for (const time of $$('time[data-ago]')) {
    const seconds = Math.round((Date.now() - Date.parse(time.dateTime)) / 1_000);
    const [size, unit] = UNITS.find(([each]) => Math.abs(seconds) >= each) ?? [1, 's'];
    const n = Math.floor(Math.abs(seconds) / size);
    const text = seconds < 0 ? `in ${n} ${unit}` : `${n} ${unit} ago`;
    if (time.textContent !== text) time.textContent = text;
  }
}

/* Lines of a list: j and k walk, Enter opens, x ticks. */
let here = null;

function rows() {
  return $$('[data-row]');
}

function walk(step) {
  const all = rows();
  if (all.length === 0) return;
  const index = here === null ? -1 : all.findIndex((row) => row.dataset.id === here || row === rowHere());
  const next = all[Math.min(all.length - 1, Math.max(0, index + step))];
  mark(next);
  const link = $('[data-open]', next);
  if (link) link.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

function mark(row) {
  for (const each of $$('.here')) each.classList.remove('here');
  row.classList.add('here');
  here = row.dataset.id ?? '';
}

function rowHere() {
  return $('.here');
}

function tick() {
  const box = $('input[type=checkbox]', rowHere() ?? document.createElement('div'));
  if (!box) return;
  box.checked = !box.checked;
  tellSelected();
}

function tellSelected() {
  const told = $('[data-selected]');
  if (!told) return;
  const n = $$('input[name=id]:checked').length;
  told.closest('form').classList.toggle('active', n > 0);
  told.textContent = n === 0 ? 'Tick lines (or press x) to act on several.' : `${n} selected`;
}

/* r goes to the reason of the retry; on a list it opens the delivery there. */
function retry() {
  const form = $('[data-action=retry]') ?? ($('input[name=id]:checked') && $('[data-selection]'));
  const link = rowHere() && $('[data-open]', rowHere());
  if (form) $('input[name=reason]', form).focus();
  else if (link) location.assign(`${link.getAttribute('href')}#actions`);
}

const KEYS = {
  '/': [() => $('[data-search]')?.focus(), 'Find'],
  j: [() => walk(1), 'Next line'],
  k: [() => walk(-1), 'Line before'],
  Enter: [() => open(), 'Open the line'],
  x: [tick, 'Tick the line'],
  r: [retry, 'Retry'],
  '?': [() => help(), 'These keys'],
};

function open() {
  const link = rowHere() && $('[data-open]', rowHere());
  if (link) link.click();
}

function help() {
  let dialog = $('dialog');
  if (!dialog) {
    dialog = document.createElement('dialog');
    const title = document.createElement('h2');
    title.textContent = 'Keys';
    const list = document.createElement('dl');
    for (const [key, [, label]] of Object.entries(KEYS)) {
      const term = document.createElement('dt');
      const shown = document.createElement('kbd');
      shown.textContent = key;
      term.append(shown);
      const told = document.createElement('dd');
      told.textContent = label;
      list.append(term, told);
    }
    const close = document.createElement('button');
    close.textContent = 'Close';
    close.addEventListener('click', () => dialog.close());
    dialog.append(title, list, close);
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest('input:not([type=checkbox]), textarea, select');
  if (typing) {
    if (event.key === 'Escape') typing.blur();
    return;
  }
  if ($('dialog[open]')) return;
  // Enter on something that can be pressed means that
  if (event.key === 'Enter' && event.target.closest('a, button, summary, input')) return;
  const found = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined;
  if (!found) return;
  event.preventDefault();
  found[0]();
});
addEventListener('click', (event) => {
  const row = event.target.closest('[data-row]');
  if (row) mark(row);
});
addEventListener('change', (event) => {
  if (event.target.name === 'id') tellSelected();
});

/* A live page fetches itself anew after something happened, and takes over the parts that are marked. */
const REFRESH_MS = 1_000;
const EVERY_MS = 5_000;
let refreshing = false;

async function refresh() {
  if (refreshing) return;
  refreshing = true;
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (response.redirected || !response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const ticked = new Set($$('input[name=id]:checked').map((box) => box.value));
    const reason = $('[data-selection] input[name=reason]')?.value;
    for (const part of $$('[data-live]')) {
      const fresh = $(`[data-live="${part.dataset.live}"]`, page);
      // What somebody has opened to read stays, and so does what somebody is typing into
      const typing = document.activeElement?.closest('input:not([type=checkbox]), textarea, select') ?? null;
      if (fresh && !$('details[open]', part) && !part.contains(typing))
        part.replaceWith(document.adoptNode(fresh));
    }
    for (const box of $$('input[name=id]')) box.checked = ticked.has(box.value);
    const field = $('[data-selection] input[name=reason]');
    if (field && reason) field.value = reason;
    if (here)
      rows()
        .find((row) => row.dataset.id === here)
        ?.classList.add('here');
    tellSelected();
    showCopying();
  } catch {
    // The next time will tell
  } finally {
    refreshing = false;
  }
}

/* Nobody looks, somebody reads further down, types or ticks: then the list stands still. */
function resting() {
  const typing = document.activeElement?.closest('input:not([type=checkbox]), textarea, select');
  return document.hidden || !document.hasFocus() || scrollY > 400 || Boolean(typing);
}

function followEvents(control) {
  let source;
  let due;
  const text = $('[data-live-text]', control);
  const soon = () => {
    due ??= setTimeout(() => {
      due = undefined;
      if (resting()) return;
      void refresh();
      if (source?.readyState === EventSource.CLOSED) setTimeout(soon, EVERY_MS);
    }, REFRESH_MS);
  };
  const adjust = () => {
    const rest = resting();
    control.classList.toggle('resting', rest);
    text.textContent = rest ? 'Live, resting' : 'Live';
    if (rest && source) {
      source.close();
      source = undefined;
    } else if (!rest && !source) {
      source = new EventSource(control.dataset.liveSource);
      for (const kind of ['message', 'request', 'attempt', 'delivery-ended', 'job-ended', 'notice'])
        source.addEventListener(kind, soon);
      // Refused for good, e.g. because too many follow already: ask now and then instead
      source.addEventListener('error', () => {
        if (source?.readyState === EventSource.CLOSED) setTimeout(soon, EVERY_MS);
      });
      void refresh();
    }
  };
  for (const kind of ['blur', 'focus', 'scroll']) addEventListener(kind, adjust);
  document.addEventListener('visibilitychange', adjust);
  document.addEventListener('focusin', adjust);
  document.addEventListener('focusout', () => setTimeout(adjust));
  adjust();
}

/* Copying needs a script, so its buttons appear with it. */
function showCopying() {
  for (const button of $$('[data-copy], [data-copy-text]')) button.hidden = false;
}

addEventListener('click', (event) => {
  const button = event.target.closest('[data-copy], [data-copy-text]');
  if (!button) return;
  const text = button.dataset.copyText ?? $('pre', button.closest('figure')).textContent;
  void navigator.clipboard?.writeText(text);
  const before = [...button.childNodes];
  button.replaceChildren('Copied');
  setTimeout(() => button.replaceChildren(...before), 1_200);
});

const helpButton = $('[data-help]');
if (helpButton) {
  helpButton.hidden = false;
  helpButton.addEventListener('click', help);
}
showCopying();
tellSelected();
setInterval(tellAgo, 5_000);
const liveControl = $('[data-live-source]');
if (liveControl) followEvents(liveControl);
else if ($('[data-refresh]'))
  setInterval(() => {
    if (!document.hidden) void refresh();
  }, EVERY_MS);
$('[aria-current=page]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
