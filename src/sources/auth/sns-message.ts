import { isJsonObject } from '../../model/json.js';
import type { Refused } from '../../model/source.js';
import { readJson } from './body-field.js';
import { refused } from './refused.js';

/** An SNS message, as far as its signature needs it. */
export interface SnsMessage {
  readonly topic: string;
  readonly timestamp: string;
  readonly algorithm: 'RSA-SHA1' | 'RSA-SHA256';
  readonly signature: Buffer;
  readonly certificateUrl: string;
  /** What was signed. */
  readonly signed: string;
}

/** The signed fields of each type, in order (docs.aws.amazon.com/sns, "Verifying the signatures"). */
const NOTIFICATION = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
const CONFIRMATION = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
const FIELDS = new Map([
  ['Notification', NOTIFICATION],
  ['SubscriptionConfirmation', CONFIRMATION],
  ['UnsubscribeConfirmation', CONFIRMATION],
]);
const ALGORITHMS = new Map<string, SnsMessage['algorithm']>([
  ['1', 'RSA-SHA1'],
  ['2', 'RSA-SHA256'],
]);

/** Reads what the signature is over; nothing of it is believed yet. */
export function readSnsMessage(body: Buffer): SnsMessage | Refused {
  const value = readJson(body);
  if (!isJsonObject(value)) return refused('malformed', 'the body is not a JSON object');
  const text = (name: string): string | undefined => {
    const field = Object.hasOwn(value, name) ? value[name] : undefined;
    return typeof field === 'string' ? field : undefined;
  };
  const signature = text('Signature');
  const certificateUrl = text('SigningCertURL');
  if (signature === undefined || certificateUrl === undefined) {
    return refused('missing', 'the body has no Signature and SigningCertURL (raw message delivery has none)');
  }
  const algorithm = ALGORITHMS.get(text('SignatureVersion') ?? '');
  if (algorithm === undefined) return refused('wrong_algorithm', 'the SignatureVersion is neither 1 nor 2');
  const fields = FIELDS.get(text('Type') ?? '');
  if (fields === undefined) return refused('malformed', 'the Type is none that SNS sends');
  const absent = fields.find((name) => text(name) === undefined && name !== 'Subject');
  if (absent !== undefined) return refused('malformed', `the body has no ${absent}`);
  return {
    topic: text('TopicArn') ?? '',
    timestamp: text('Timestamp') ?? '',
    algorithm,
    signature: Buffer.from(signature, 'base64'),
    certificateUrl,
    signed: fields.map((name) => pair(name, text(name))).join(''),
  };
}

/** A Subject that is not there, or null, is left out. */
function pair(name: string, value: string | undefined): string {
  return value === undefined ? '' : `${name}\n${value}\n`;
}
