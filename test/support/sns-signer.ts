import { execFileSync } from 'node:child_process';
import { createSign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type SnsFields = Readonly<Record<string, unknown>>;

export interface SnsSigner {
  /** What stands at the address of the certificate. */
  readonly certificate: string;
  /** The message as SNS would send it now, written from its documentation. */
  sign(fields: SnsFields): string;
}

export const SNS_CERTIFICATE_URL =
  'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem';

const NOTIFICATION = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
const CONFIRMATION = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

/** An Amazon of our own: a key, and a certificate that is valid from now on. */
export function makeSnsSigner(): SnsSigner {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-sns-'));
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const made = ['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-keyout', key, '-out', cert, '-days', '2'];
  execFileSync('openssl', [...made, '-subj', '/CN=sns.amazonaws.com'], { stdio: 'pipe' });
  const [privateKey, certificate] = [readFileSync(key, 'utf8'), readFileSync(cert, 'utf8')];
  rmSync(dir, { recursive: true });
  return {
    certificate,
    sign: (given) => {
      const fields: SnsFields = {
        ...given,
        Timestamp: new Date().toISOString(),
        SignatureVersion: '2',
        SigningCertURL: SNS_CERTIFICATE_URL,
      };
      const names = given['Type'] === 'Notification' ? NOTIFICATION : CONFIRMATION;
      const lines = names.flatMap((name) =>
        typeof fields[name] === 'string' ? [`${name}\n${fields[name]}\n`] : [],
      );
      const Signature = createSign('RSA-SHA256').update(lines.join(''), 'utf8').sign(privateKey, 'base64');
      return JSON.stringify({ ...fields, Signature });
    },
  };
}
