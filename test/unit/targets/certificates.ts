import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Pair {
  readonly key: string;
  readonly cert: string;
  readonly certFile: string;
  readonly fingerprint: string;
}

/** Certificates made for one test file, in a folder that `remove` takes away. */
export interface Certificates {
  /** Self-signed for 127.0.0.1 and localhost. */
  readonly good: Pair;
  /** Self-signed for another host. */
  readonly otherHost: Pair;
  /** For 127.0.0.1, valid until yesterday. */
  readonly expired: Pair;
  remove(): void;
}

export function makeCertificates(): Certificates {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-certs-'));
  const make = (name: string, subjectAltName: string, days: string): Pair => {
    const file = (end: string): string => join(dir, `${name}.${end}`);
    const [key, request, certFile, extensions] = [file('key'), file('csr'), file('pem'), file('ext')];
    writeFileSync(extensions, `subjectAltName=${subjectAltName}\n`);
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    openssl('req', '-new', ...curve, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
    openssl(
      'x509',
      '-req',
      '-in',
      request,
      '-signkey',
      key,
      '-days',
      days,
      '-out',
      certFile,
      '-extfile',
      extensions,
    );
    const cert = readFileSync(certFile, 'utf8');
    return {
      key: readFileSync(key, 'utf8'),
      cert,
      certFile,
      fingerprint: new X509Certificate(cert).fingerprint256,
    };
  };
  return {
    good: make('good', 'IP:127.0.0.1,DNS:localhost', '2'),
    otherHost: make('other', 'DNS:other.example.com', '2'),
    expired: make('expired', 'IP:127.0.0.1', '-1'),
    remove: () => rmSync(dir, { recursive: true }),
  };
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
