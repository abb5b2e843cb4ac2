import type { Delivery } from '../../model/delivery.js';

/** A command that sends the same webhook again, by the sender's door; the sender's credential is left to whoever runs it. */
export function curlText(url: string, delivery: Delivery): string {
  const headers = { 'content-type': delivery.contentType, ...delivery.headers };
  const lines = Object.entries(headers).map(([name, value]) => `  -H ${quote(`${name}: ${value}`)} \\`);
  return [
    `# Add the source's signature or token: it is not kept.`,
    `curl -X POST ${quote(url)} \\`,
    ...lines,
    `  --data-binary ${quote(delivery.body)}`,
  ].join('\n');
}

/** One word for a POSIX shell, whatever it holds. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
