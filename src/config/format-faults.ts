import type { ConfigFault } from './config-fault.js';

/** One line for each fault: `bridge.yaml:12 /http/port: must be … (did you mean …?)`. */
export function formatFaults(faults: readonly ConfigFault[]): string {
  return faults.map(formatFault).join('\n');
}

export function formatFault({ file, line, pointer, message, hint }: ConfigFault): string {
  const place = `${file}${line === undefined ? '' : `:${line}`}${pointer === '' ? '' : ` ${pointer}`}`;
  return plain(`${place}: ${message}${hint === undefined ? '' : ` (${hint})`}`);
}

/** A terminal obeys control characters, and a path may hold them. */
function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
