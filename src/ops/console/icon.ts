import { html, type Html } from './html.js';

/** Strokes on a 16 × 16 grid. Shapes differ, so that a state can be told without its colour. */
const PATHS = {
  check: 'M3.5 8.5l3 3 6-7',
  clock: 'M8 4.5V8l2.3 1.6M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8z',
  dots: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  play: 'M5 3.2v9.6L12.6 8z',
  cross: 'M4 4l8 8M12 4l-8 8',
  slash: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM3.8 3.8l8.4 8.4',
  warn: 'M8 2.2l6.3 11.3H1.7zM8 6.6v3.2M8 11.7h.01',
  info: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 7.3v3.6M8 5h.01',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  link: 'M6 3.5H3.5v9h9V10M9 3h4v4M13 3L7.5 8.5',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.4 10.4L14 14',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.2v3h-3',
  copy: 'M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3',
  theme: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 2v12M8 5h4.9M8 8h6M8 11h4.9',
  shield: 'M8 1.8l5 2v4c0 3-2 5.2-5 6.4-3-1.2-5-3.4-5-6.4v-4z',
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside a word: it says nothing by itself, so it is hidden from screen readers. */
export function icon(name: IconName): Html {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="${PATHS[name]}" /></svg>`;
}
