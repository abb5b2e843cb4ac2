import type { Evaluation } from './evaluation.js';
import { isTrue } from './expression-value.js';
import type { IsPing } from './handshakes/compile-handshakes.js';
import { MappingError } from '../model/source.js';
import type { Preset } from './preset.js';
import type { SourceFault } from './source-fault.js';

/** The preset's tests for pings. Wrapped, so that an empty list is not taken for a list of no faults. */
export function compilePings(
  preset: Preset,
  evaluation: Evaluation,
): { readonly list: readonly IsPing[] } | readonly SourceFault[] {
  const list: IsPing[] = [];
  const faults: SourceFault[] = [];
  for (const ping of preset.pings) {
    if ('header' in ping) {
      list.push((request) => Promise.resolve(request.headers[ping.header] === ping.equals));
      continue;
    }
    const condition = evaluation.compile(ping.when);
    if (typeof condition === 'function') {
      list.push((request, body) =>
        condition({ exact: body, headers: request.headers, source: preset.name }).then(isTrue, notAPing),
      );
    } else {
      for (const { message } of condition) faults.push({ pointer: '/preset', message: `pings: ${message}` });
    }
  }
  return faults.length > 0 ? faults : { list };
}

/** What cannot be told is an event: better one too many than one lost. */
function notAPing(error: unknown): boolean {
  if (!(error instanceof MappingError)) throw error;
  return false;
}
