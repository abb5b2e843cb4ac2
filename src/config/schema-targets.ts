import {
  block,
  choice,
  defaulted,
  derived,
  integer,
  list,
  optional,
  quantity,
  required,
  secret,
  text,
} from './fields.js';
import { cidr, tls } from './schema-services.js';

const webAddress = (description: string) =>
  text(description, { pattern: '^https?://', says: 'an address that begins with https:// or http://' });

export const target = block('A Komand instance.', {
  type: defaulted(choice(['komand'], 'What kind of target it is.'), 'komand'),
  url: required(webAddress('Where its API answers.')),
  public_url: derived(webAddress('For links that people follow. Default: url.')),
  username: required(text('The account the bridge signs in with.')),
  password: required(secret('The password of that account.')),
  token_as: defaulted(choice(['bearer', 'cookie'], 'How the session token is sent.'), 'bearer'),
  tls: defaulted(tls, {}),
  allow_ips: optional(
    list(
      cidr,
      'The addresses its name may lead to. Default: any but this machine’s own, link-local and multicast ones.',
      { minItems: 1 },
    ),
  ),
  timeout: defaulted(quantity('duration', 'For one whole call, connect to last byte.', '10ms', '10m'), '30s'),
  concurrency: defaulted(integer('Calls under way at once, over all workers.', 1, 10_000), 32),
  rate_limit: optional(quantity('rate', 'Calls over all workers. Default: unlimited.', '1/h', '100000/s')),
  session_max: defaulted(
    quantity('duration', 'How long a token is used when it does not say itself.', '1s', '7d'),
    '30m',
  ),
});
