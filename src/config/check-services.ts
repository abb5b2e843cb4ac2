import { decodeKey, keyFingerprint } from '../model/encryption-key.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Report } from './config-fault.js';
import { blockAt, listAt, textAt, textsAt } from './lenient.js';
import { isLoopback, isNetworkRange } from './network-range.js';
import { childOf } from './pointer.js';

/** What the schema cannot say of `redis`, `http`, `ops` and `storage`. */
export function checkServices(root: JsonObject, report: Report): void {
  checkRedis(blockAt(root, 'redis'), report);
  const http = blockAt(root, 'http');
  for (const [i, range] of textsAt(http, 'trust_proxy')) {
    if (!isNetworkRange(range))
      report(`/http/trust_proxy/${i}`, 'must be an address or a CIDR range such as 10.0.0.0/8');
  }
  const ops = blockAt(root, 'ops');
  checkOps(ops, report);
  checkKeys(listAt(blockAt(blockAt(root, 'storage'), 'encryption'), 'keys'), report);
  const port = childOf(ops, 'port') ?? 8081;
  const hosts = [textAt(http, 'host') ?? '0.0.0.0', textAt(ops, 'host') ?? '127.0.0.1'];
  const overlap = hosts[0] === hosts[1] || hosts.some((host) => host === '0.0.0.0' || host === '::');
  if (overlap && port !== 0 && port === (childOf(http, 'port') ?? 8080)) {
    report('/ops/port', 'is the port of http; the two listeners need one each');
  }
}

function checkRedis(redis: JsonObject, report: Report): void {
  const url = textAt(redis, 'url');
  if (url !== undefined && /^rediss?:\/\//.test(url) && !URL.canParse(url)) {
    report('/redis/url', 'is not a complete address; it is like redis://host:6379');
  }
  if (textAt(redis, 'mode') !== 'sentinel') return;
  if (textAt(redis, 'master_name') === undefined)
    report('/redis', 'needs "master_name" when mode is sentinel');
  if (listAt(redis, 'nodes').length === 0) report('/redis', 'needs "nodes" when mode is sentinel');
}

function checkOps(ops: JsonObject, report: Report): void {
  const host = textAt(ops, 'host');
  const tokens = listAt(ops, 'tokens');
  if (host !== undefined && !isLoopback(host) && tokens.length === 0) {
    report('/ops/host', 'is not loopback, so ops needs tokens: the operations listener never runs open');
  }
  const seen = { name: new Map<string, number>(), token: new Map<string, number>() };
  for (const [i, token] of tokens.entries()) {
    for (const key of ['name', 'token'] as const) {
      const value = textAt(token, key);
      if (value === undefined || value === '') continue;
      const first = seen[key].get(value);
      if (first !== undefined) report(`/ops/tokens/${i}/${key}`, `is the same as that of token ${first}`);
      else seen[key].set(value, i);
    }
  }
}

/** A key under another's id would open nothing of it; the same key twice is a rotation that did not happen. */
function checkKeys(keys: readonly Json[], report: Report): void {
  const seen = new Map<string, number>();
  for (const [i, written] of keys.entries()) {
    const pointer = `/storage/encryption/keys/${i}`;
    const text = textAt(written, 'key');
    const key = text === undefined ? undefined : decodeKey(text);
    if (text !== undefined && key === undefined) {
      report(
        `${pointer}/key`,
        'must be 32 bytes in base64 or hex; `openssl rand -base64 32` makes such a key',
      );
    }
    if (key === undefined) continue;
    const fingerprint = keyFingerprint(key);
    const names = new Set([textAt(written, 'id') ?? fingerprint, `the key ${fingerprint}`]);
    const first = [...names].map((name) => seen.get(name)).find((found) => found !== undefined);
    if (first !== undefined) report(pointer, `is the same as key ${first}, by its id or by the key itself`);
    for (const name of names) seen.set(name, first ?? i);
  }
}
