import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TargetSettings } from '../model/settings.js';
import type { LiveCheck } from './check-live.js';
import { EXIT } from './exit-code.js';

const ANSWER_MS = 5_000;
const DAY_MS = 86_400_000;
/** Certificates are renewed in less than this, if somebody knows. */
const SOON_DAYS = 21;
/** The header counts whole seconds. */
const SKEW_MS = 5_000;

interface Met {
  readonly date: string | undefined;
  /** Unix milliseconds at which the certificate ends; absent without TLS. */
  readonly certificateEnds: number | undefined;
}

/**
 * What can be seen of a target before any login: its name resolves, its certificate lasts, its clock agrees. Whether the
 * certificate is to be trusted is the login's to say. Never rejects.
 */
export async function checkAddress(settings: TargetSettings, now: number): Promise<readonly LiveCheck[]> {
  const url = new URL(settings.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const name = (what: string): string => `${what} ${settings.name}`;
  const checks: LiveCheck[] = [];
  if (isIP(host) === 0) {
    const found = await lookup(host, { all: true }).catch(() => undefined);
    checks.push({
      name: name('dns'),
      ok: found !== undefined,
      detail:
        found === undefined
          ? `${host} does not resolve`
          : `${host} is ${found.map(({ address }) => address).join(', ')}`,
      exitCode: EXIT.dependencyDown,
    });
    if (found === undefined) return checks;
  }
  const met = await meet(url).catch(() => undefined);
  if (met === undefined) {
    const detail = `nothing answers at ${url.host}`;
    return [...checks, { name: name('connection'), ok: false, detail, exitCode: EXIT.dependencyDown }];
  }
  if (met.certificateEnds !== undefined)
    checks.push(certificateCheck(name('certificate'), met.certificateEnds, settings, now));
  checks.push(clockCheck(name('clock'), met.date, now));
  return checks;
}

function certificateCheck(name: string, ends: number, { tls }: TargetSettings, now: number): LiveCheck {
  const days = Math.floor((ends - now) / DAY_MS);
  const until = new Date(ends).toISOString().slice(0, 10);
  const detail = days < 0 ? `ended on ${until}` : `ends on ${until}, in ${days} days`;
  // One that is known by its fingerprint may be over
  const pinned = tls.fingerprint !== undefined && tls.caFile === undefined;
  const ok = days >= 0 || pinned || tls.insecureSkipVerify;
  return { name, ok, detail, exitCode: EXIT.failed, ...(days < SOON_DAYS ? { warning: true } : {}) };
}

function clockCheck(name: string, date: string | undefined, now: number): LiveCheck {
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return { name, ok: true, detail: 'it does not tell its time', exitCode: EXIT.ok };
  const skew = Math.abs(now - theirs);
  const detail = `${Math.round(skew / 1_000)} s from its clock`;
  return { name, ok: true, detail, exitCode: EXIT.ok, ...(skew > SKEW_MS ? { warning: true } : {}) };
}

/** One request without any secret in it, to whatever is there: only its head is of interest. */
function meet(url: URL): Promise<Met> {
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const options = { method: 'HEAD', timeout: ANSWER_MS, agent: false, rejectUnauthorized: false };
    const request = (secure ? https : http).request(new URL('/', url), options, (response) => {
      const { socket } = response;
      const ends =
        socket instanceof TLSSocket ? Date.parse(socket.getPeerCertificate().valid_to) : Number.NaN;
      resolve({ date: response.headers.date, certificateEnds: Number.isNaN(ends) ? undefined : ends });
      response.resume();
      request.destroy();
    });
    request.once('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
    request.end();
  });
}
