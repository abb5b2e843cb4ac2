import { block, choice, integer, list, optional, quantity, secret, text } from './fields.js';

const header = (description: string) =>
  text(description, { pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", says: 'the name of a header' });

const tolerance = quantity('duration', 'How far a timestamp may be off, both ways.', '1s', '24h');

/**
 * How a source proves who it is. Every key is optional: the preset supplies the mechanism, and most sources write
 * `secrets` alone. What neither of them says is filled in when the source is compiled.
 */
export const auth = block(
  'How the sender proves who it is; what is missing comes from the preset. "none" lets anybody in.',
  {
    type: optional(
      choice(
        ['hmac', 'token', 'basic', 'standard-webhooks', 'jwt', 'mtls', 'sns', 'none'],
        "The mechanism. Default: the preset's.",
      ),
    ),
    secrets: optional(
      list(secret('A secret.'), 'Every secret that counts now: two of them while one is replaced.', {
        minItems: 1,
      }),
    ),
    header: optional(header('hmac: the header of the signature. mtls: the trusted proxy’s header.')),
    algorithm: optional(choice(['sha1', 'sha256', 'sha512'], 'hmac: the hash.'), 'sha256'),
    encoding: optional(choice(['hex', 'base64'], 'hmac: how the signature is written.'), 'hex'),
    format: optional(
      choice(
        ['bare', 'prefix', 'list', 'space-list'],
        'hmac: how the header is laid out: the signature alone, sha256=…, v1=…,v1=… or v1,… v1,….',
      ),
      'bare',
    ),
    prefix: optional(text('hmac: what stands before the signature, or the key of the entries that count.')),
    signed: optional(text('hmac: what is signed, of {body}, {timestamp}, {id} and literals.'), '{body}'),
    id_header: optional(header('hmac: where {id} is read from.')),
    timestamp: optional(
      block('hmac: when the request was signed.', {
        from: optional(choice(['header', 'signature', 'body'], 'Where it stands.')),
        name: optional(text('The header, the key inside the signature header, or the path in the body.')),
        format: optional(choice(['unix-s', 'unix-ms', 'rfc3339'], 'How it is written.')),
        tolerance: optional(tolerance, '5m'),
      }),
    ),
    secret_encoding: optional(
      choice(['text', 'base64', 'whsec', 'hex'], 'hmac: how the secrets are written.'),
      'text',
    ),
    in: optional(choice(['header', 'query', 'path', 'body'], 'token: where it stands.')),
    name: optional(text('token: the header, the parameter or the field.')),
    scheme: optional(text('token: the word before it, such as Bearer.')),
    username: optional(text('basic: the user name.')),
    header_prefix: optional(
      text('standard-webhooks: what the three headers begin with, webhook or svix.'),
      'webhook',
    ),
    tolerance: optional(tolerance, '5m'),
    issuer: optional(text('jwt: who issues the tokens.')),
    audience: optional(text('jwt: whom they are for.')),
    jwks_file: optional(text('jwt: file of the key set.')),
    jwks_url: optional(
      text('jwt: address of the key set.', {
        pattern: '^https?://',
        says: 'an address that begins with https://',
      }),
    ),
    algorithms: optional(
      list(
        choice(
          ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
          'A signature algorithm.',
        ),
        'jwt: the algorithms that are taken.',
        { minItems: 1 },
      ),
      ['RS256', 'ES256'],
    ),
    allowed: optional(
      list(text('A name or fingerprint.'), 'mtls: common names or SHA-256 fingerprints that may come in.', {
        minItems: 1,
      }),
    ),
    topics: optional(list(text('A topic ARN.'), 'sns: the topics that are taken.', { minItems: 1 })),
  },
  { shorthand: { word: 'none', means: { type: 'none' } } },
);

/** What makes two requests the same event. */
export const deliveryKey = block(
  'What makes two requests the same event: a header, a path in the body, or "hash". Default: the preset’s.',
  {
    header: optional(header('The header that carries the id.')),
    body: optional(
      list(text('A path in the body.'), 'Paths in the body whose values together are the key.', {
        minItems: 1,
        alsoSingle: true,
      }),
    ),
  },
  { shorthand: { word: 'hash', means: {} }, exactlyOne: ['header', 'body'] },
);

export const maxPending = integer(
  'Waiting deliveries above which new events are refused with 503.',
  1,
  1_000_000_000,
);
