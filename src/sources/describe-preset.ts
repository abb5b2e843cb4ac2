import type { WrittenAuth } from '../model/auth-settings.js';
import type { Clause, KeySettings, Preset, SplitSettings } from './preset.js';
import { SEVERITIES } from './preset.js';

/** What a preset knows of its sender, each in one line for people. No line is ever empty. */
export interface PresetDescription {
  readonly name: string;
  readonly title: string;
  readonly authentication: string;
  /** Handshakes and test pings. */
  readonly handshake: string;
  readonly deliveryKey: string;
  readonly split: string;
  readonly severity: string;
}

/** Says what a preset does, without a secret in it: presets hold none. */
export function describePreset(preset: Preset): PresetDescription {
  return {
    name: preset.name,
    title: preset.title,
    authentication: describeAuth(preset),
    handshake: describeHandshakes(preset),
    deliveryKey: describeKeys(preset.deliveryKeys),
    split: describeSplit(preset.split),
    severity: describeSeverity(preset),
  };
}

function describeAuth({ auth, authAlso }: Preset): string {
  if (auth === undefined) return 'the operator chooses';
  return [...new Set([auth, ...authAlso].map(describeMechanism))].join(' or ');
}

function describeMechanism(auth: WrittenAuth): string {
  switch (auth.type) {
    case 'hmac': {
      const signed = auth.signed === undefined || auth.signed === '{body}' ? '' : ` over ${auth.signed}`;
      return `hmac ${auth.algorithm ?? 'sha256'} ${auth.encoding ?? 'hex'} in ${auth.header ?? 'a header'}${signed}`;
    }
    case 'token': {
      const scheme = auth.scheme === undefined ? '' : ` (${auth.scheme})`;
      return `token in ${auth.in ?? 'header'}${auth.name === undefined ? '' : ` ${auth.name}`}${scheme}`;
    }
    case 'standard-webhooks':
      return `standard-webhooks (${auth.headerPrefix ?? 'webhook'}-*)`;
    case undefined:
      return 'the operator chooses';
    default:
      return auth.type;
  }
}

function describeHandshakes({ handshakes, pings }: Preset): string {
  return [...handshakes, ...pings.map(describePing)].join(', ') || 'none needed';
}

function describePing(ping: Clause): string {
  return 'header' in ping ? `ping (${ping.header}: ${ping.equals})` : `ping (${ping.when})`;
}

/** The hash stands behind them all, but nothing comes after `request`, which every request has. */
function describeKeys(keys: readonly KeySettings[]): string {
  const hash = keys.some((key) => key.from === 'request') ? [] : ['hash of the body'];
  return [...keys.map(describeKey), ...hash].join(', else ');
}

function describeKey(key: KeySettings): string {
  if (key.from === 'header') return `header ${key.name}`;
  return key.from === 'body' ? `body ${key.paths.join(' + ')}` : 'each request';
}

function describeSplit(split: SplitSettings | undefined): string {
  if (split === undefined) return 'no';
  return split.path === '.' ? 'the body, where it is a list' : split.path;
}

/** The preset's row of the table of severities: its name, then the sender's words for each, from `critical` down. */
export function severityRow({ name, severity }: Preset): readonly string[] {
  return [
    name,
    ...SEVERITIES.map((level) => (severity[level] ?? []).map(describeEntry).join(', ') || '(none)'),
  ];
}

/** A word, a number, or a range with its ends. */
function describeEntry(entry: string): string {
  const [low, high] = entry.split('..');
  if (high === undefined) return entry;
  return low === '' ? `up to ${high}` : high === '' ? `${low} and more` : `${low} to ${high}`;
}

/** The common severities that the sender's words lead to, and how many words there are. */
function describeSeverity({ severity }: Preset): string {
  const levels = SEVERITIES.filter((level) => (severity[level] ?? []).length > 0);
  const words = levels.flatMap((level) => severity[level] ?? []).length;
  return levels.length === 0 ? 'the common words only' : `${levels.join(' ')} (${words} words)`;
}
