import { isJsonObject } from '../../model/json.js';
import type { HmacSettings } from '../../model/auth-settings.js';
import { readJson } from './body-field.js';
import { CannotSign } from './cannot-sign.js';
import { computeMac, createMacKeys } from './mac-keys.js';
import { setBodyField } from './set-body-field.js';
import { compileTemplate } from './signed-template.js';
import { writeTimestamp } from './timestamp.js';

/** The headers of a sender that signs with `hmac`, and the body with its timestamp. Throws `CannotSign`. */
export function signHmac(
  settings: HmacSettings,
  secret: string,
  input: { readonly body: Buffer; readonly now: number; readonly id: string },
): { readonly headers: Record<string, string>; readonly body: Buffer } {
  const stamp = settings.timestamp;
  const timestamp = stamp === undefined ? '' : writeTimestamp(input.now, stamp.format);
  const body = stamp?.from === 'body' ? stamped(input.body, stamp.name, timestamp, stamp.format) : input.body;
  const message = compileTemplate(settings.signed).message(body, timestamp, input.id);
  const [mac] = createMacKeys([secret], settings.secretEncoding).keys.map((key) =>
    computeMac(settings.algorithm, key, message).toString(settings.encoding),
  );
  const prefix = settings.prefix ?? '';
  const entry = {
    bare: mac,
    prefix: `${prefix}${mac}`,
    list: `${prefix}=${mac}`,
    'space-list': `${prefix},${mac}`,
  };
  const beside = { list: `${stamp?.name}=${timestamp},`, 'space-list': `${stamp?.name},${timestamp} ` };
  const lead =
    stamp?.from === 'signature' && (settings.format === 'list' || settings.format === 'space-list')
      ? beside[settings.format]
      : '';
  return {
    headers: {
      [settings.header]: `${lead}${entry[settings.format]}`,
      ...(stamp?.from === 'header' ? { [stamp.name]: timestamp } : {}),
      ...(settings.idHeader === undefined ? {} : { [settings.idHeader]: input.id }),
    },
    body,
  };
}

function stamped(body: Buffer, path: string, timestamp: string, format: string): Buffer {
  if (!isJsonObject(readJson(body))) {
    throw new CannotSign('the timestamp stands in the body, and this one is not a JSON object');
  }
  const value = format === 'rfc3339' ? timestamp : Number(timestamp);
  return Buffer.from(setBodyField(body.toString('utf8'), path, value), 'utf8');
}
