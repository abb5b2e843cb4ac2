import { html, type Html } from './html.js';
import { icon, type IconName } from './icon.js';

type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle';

const STATES: Readonly<Record<string, readonly [Tone, IconName]>> = {
  // deliveries
  queued: ['info', 'dots'],
  active: ['info', 'play'],
  scheduled: ['warn', 'clock'],
  delivered: ['ok', 'check'],
  dead: ['bad', 'cross'],
  discarded: ['idle', 'slash'],
  // Komand jobs
  pending: ['info', 'dots'],
  succeeded: ['ok', 'check'],
  failed: ['bad', 'cross'],
  dismissed: ['idle', 'slash'],
  cancelled: ['idle', 'slash'],
  retried: ['warn', 'retry'],
  unconfirmed: ['warn', 'warn'],
  unknown: ['idle', 'info'],
  // circuits, sources, operations, logins
  closed: ['ok', 'check'],
  open: ['ok', 'check'],
  'half-open': ['warn', 'clock'],
  paused: ['warn', 'pause'],
  running: ['info', 'play'],
  planned: ['idle', 'dots'],
  done: ['ok', 'check'],
  finished: ['ok', 'check'],
  waiting: ['warn', 'pause'],
  silent: ['warn', 'warn'],
  quarantined: ['info', 'shield'],
  refused: ['bad', 'cross'],
};

/** A state as icon and word: never by colour alone. Words that are not known are shown as they are. */
export function stateBadge(state: string, label = state): Html {
  const [tone, name] = STATES[state] ?? ['idle', 'info'];
  return html`<span class="badge ${tone}">${icon(name)}${label}</span>`;
}

/** For what has a tone of its own. */
export function toneBadge(tone: Tone, name: IconName, label: string): Html {
  return html`<span class="badge ${tone}">${icon(name)}${label}</span>`;
}

/** A circuit is `open` when calls are held back: the opposite of what the word says of a door. */
export function circuitBadge(state: string): Html {
  return state === 'open' ? toneBadge('bad', 'cross', 'circuit open') : stateBadge(state, `circuit ${state}`);
}
