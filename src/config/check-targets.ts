import type { JsonObject } from '../model/json.js';
import type { Report } from './config-fault.js';
import { blockAt, textAt, textsAt } from './lenient.js';
import { isLoopback, isNetworkRange } from './network-range.js';
import { childOf, pointerOf } from './pointer.js';

/** What the schema cannot say of targets. */
export function checkTargets(root: JsonObject, report: Report, warn: Report): void {
  for (const [name, target] of Object.entries(blockAt(root, 'targets'))) {
    for (const key of ['url', 'public_url'] as const) {
      checkUrl(
        textAt(target, key),
        pointerOf(['targets', name, key]),
        report,
        key === 'url' ? warn : undefined,
      );
    }
    for (const [i, range] of textsAt(target, 'allow_ips')) {
      if (!isNetworkRange(range)) {
        const pointer = pointerOf(['targets', name, 'allow_ips', String(i)]);
        report(pointer, 'must be an address or a CIDR range such as 10.0.0.0/8');
      }
    }
    if (childOf(blockAt(target, 'tls'), 'insecure_skip_verify') === true) {
      const pointer = pointerOf(['targets', name, 'tls', 'insecure_skip_verify']);
      warn(pointer, 'trusts whoever answers; a ca_file or a fingerprint is safer');
    }
  }
}

function checkUrl(text: string | undefined, pointer: string, report: Report, warn: Report | undefined): void {
  if (text === undefined || !/^https?:\/\//.test(text)) return;
  if (!URL.canParse(text))
    return report(pointer, 'is not a complete address; it is like https://komand.example.com');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    report(pointer, 'must not hold a user or a password; use username and password');
  }
  if (url.search !== '' || url.hash !== '') report(pointer, 'must end with its path, without ? and #');
  if (url.protocol === 'http:' && !isLoopback(url.hostname.replaceAll(/[[\]]/g, ''))) {
    warn?.(pointer, 'is not https: the password crosses the network in the clear');
  }
}
