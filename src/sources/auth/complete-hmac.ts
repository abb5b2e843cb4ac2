import type { HmacSettings, WrittenAuth } from '../../model/auth-settings.js';
import { headerName, positive, required, type Report } from './auth-fault.js';
import { checkedSecrets, checkKey } from './check-secrets.js';
import { compileTemplate } from './signed-template.js';

type Timestamp = NonNullable<HmacSettings['timestamp']>;

const TOLERANCE_MS = 300_000;

/** `hmac` with its defaults: hex SHA-256 of the body, alone in its header. */
export function completeHmac(written: WrittenAuth, report: Report): HmacSettings {
  const algorithm = written.algorithm ?? 'sha256';
  const format = written.format ?? (written.prefix === undefined ? 'bare' : 'prefix');
  const prefix = written.prefix ?? (format === 'prefix' ? `${algorithm}=` : 'v1');
  const secretEncoding = written.secretEncoding ?? 'text';
  const signed = written.signed ?? '{body}';
  const timestamp = completeTimestamp(written.timestamp, report);
  checkTemplate(signed, timestamp, written, report);
  if (timestamp?.from === 'signature' && format !== 'list' && format !== 'space-list') {
    report('/timestamp/from', 'a timestamp in the signature header needs the format list or space-list');
  }
  return {
    type: 'hmac',
    algorithm,
    encoding: written.encoding ?? 'hex',
    header: headerName(written.header, '/header', "the signature header's name", report),
    format,
    ...(format === 'bare' ? {} : { prefix }),
    signed,
    ...(written.idHeader === undefined
      ? {}
      : { idHeader: headerName(written.idHeader, '/id_header', "the id header's name", report) }),
    ...(timestamp === undefined ? {} : { timestamp }),
    secretEncoding,
    secrets: checkedSecrets(written, checkKey(secretEncoding), report),
  };
}

function completeTimestamp(written: WrittenAuth['timestamp'], report: Report): Timestamp | undefined {
  if (written === undefined) return undefined;
  const from = written.from ?? 'header';
  const pointer = '/timestamp/name';
  return {
    from,
    name:
      from === 'header'
        ? headerName(written.name, pointer, "the timestamp header's name", report)
        : required(written.name, pointer, 'where the timestamp stands', report),
    format: written.format ?? 'unix-s',
    tolerance: positive(written.tolerance ?? TOLERANCE_MS, '/timestamp/tolerance', report),
  };
}

/** What is not signed protects from nothing, so it is not taken for a protection. */
function checkTemplate(
  signed: string,
  timestamp: Timestamp | undefined,
  { idHeader }: WrittenAuth,
  report: Report,
): void {
  const { names } = compileTemplate(signed);
  if (!names.has('{body}')) report('/signed', 'the body must be signed: {body} is missing');
  if (names.has('{id}') && idHeader === undefined)
    report('/id_header', '{id} is signed: say in which header it comes');
  const stampSigned = names.has('{timestamp}');
  if (stampSigned && timestamp === undefined) {
    report('/timestamp', '{timestamp} is signed: say where it comes from');
  }
  if (stampSigned && timestamp?.from === 'body') {
    report('/signed', 'a timestamp in the body is signed with the body: leave {timestamp} out');
  }
  if (!stampSigned && timestamp !== undefined && timestamp.from !== 'body') {
    report(
      '/signed',
      'the timestamp is not signed, so anybody can renew it: add {timestamp} or leave timestamp out',
    );
  }
}
