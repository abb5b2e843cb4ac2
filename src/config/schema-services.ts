import {
  block,
  choice,
  defaulted,
  flag,
  integer,
  list,
  optional,
  quantity,
  required,
  secret,
  text,
} from './fields.js';

/** Addresses that a port can be bound to. */
const host = (description: string) =>
  text(description, { pattern: '^[A-Za-z0-9_.:-]+$', says: 'an address or a host name such as 127.0.0.1' });

const port = (description: string) => integer(`${description}; 0 takes a free one.`, 0, 65_535);

export const cidr = text('An address or a CIDR range.', {
  pattern: '^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$',
  says: 'an address or a CIDR range such as 10.0.0.0/8',
});

/** How the bridge trusts a server it calls. */
export const tls = block('How the server is trusted.', {
  ca_file: optional(text('PEM file of the certificate authority.')),
  fingerprint: optional(
    text('SHA-256 of the server certificate, in hex, with or without colons.', {
      pattern: '^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$',
      says: 'a SHA-256 in hex (64 digits, with or without colons)',
    }),
  ),
  insecure_skip_verify: defaulted(
    flag('Trust any certificate. Last resort; said loudly at every start.'),
    false,
  ),
});

export const redis = block('Where events are kept.', {
  url: defaulted(
    text('Address of Redis; rediss:// for TLS. REDIS_URL in the environment overrides it.', {
      pattern: '^rediss?://',
      says: 'an address that begins with redis:// or rediss://',
    }),
    'redis://127.0.0.1:6379',
  ),
  mode: defaulted(choice(['single', 'sentinel', 'cluster'], 'What kind of Redis it is.'), 'single'),
  master_name: optional(text('For sentinel: the name of the group.')),
  nodes: defaulted(
    list(
      text('A node.', { pattern: '^.+:[0-9]{1,5}$', says: 'host:port' }),
      'For sentinel and cluster: host:port of each node; without it, the host of the url.',
    ),
    [],
  ),
  username: optional(text('User of the Redis ACL.')),
  password: optional(secret('Password of Redis.')),
  tls: optional(tls),
  prefix: defaulted(
    text('What every key begins with.', {
      pattern: '^[^{}:\\s]+$',
      maxLength: 40,
      says: 'text without {, }, : and spaces',
    }),
    'bridge',
  ),
});

export const http = block('The public listener: webhooks come in here.', {
  host: defaulted(host('Address to listen on.'), '0.0.0.0'),
  port: defaulted(port('Port to listen on'), 8080),
  max_body: defaulted(
    quantity('size', 'Largest body taken; a source may have its own.', '1', '256MiB'),
    '1MiB',
  ),
  trust_proxy: defaulted(list(cidr, 'Proxies whose X-Forwarded-For is believed.'), []),
  max_connections: defaulted(integer('Connections open at once.', 1, 1_000_000), 10_000),
  tls: optional(
    block('Speak TLS here, rather than at a proxy; needed for client certificates.', {
      cert_file: required(text('PEM file of the certificate and its chain.')),
      key_file: required(text('PEM file of the private key.')),
      client_ca_file: optional(text('PEM file of the authority of client certificates.')),
    }),
  ),
});

export const ops = block('The operations listener: console, API, metrics.', {
  host: defaulted(host('Address to listen on; anything but loopback needs tokens.'), '127.0.0.1'),
  port: defaulted(port('Port to listen on'), 8081),
  tokens: defaulted(
    list(
      block('Who may sign in.', {
        name: required(text('Who it is, for the audit trail.', { maxLength: 100 })),
        role: required(choice(['viewer', 'operator'], 'viewer reads, operator changes.')),
        token: required(secret('The bearer token.')),
      }),
      'Bearer tokens with their roles.',
    ),
    [],
  ),
});

export const spool = block('The local buffer used while Redis cannot take writes.', {
  dir: defaulted(text('Folder on a disk that survives a restart.'), 'data/spool'),
  max_bytes: defaulted(quantity('size', 'How large it may grow.', '1', '1024GiB'), '1GiB'),
});

export const storage = block('How payloads are kept, in Redis and in the spool alike.', {
  compress_above: defaulted(
    quantity('size', 'Payloads of this size and more are compressed.', '512', '256MiB'),
    '4KiB',
  ),
  encryption: defaulted(
    block('Encryption at rest (AES-256-GCM); on as soon as there is a key.', {
      keys: defaulted(
        list(
          block('A key.', {
            id: optional(
              text('What the key is called where it was used; without one, 8 hex digits of its SHA-256.', {
                pattern: '^[A-Za-z0-9_-]{1,32}$',
                says: 'at most 32 letters, digits, _ and -',
              }),
            ),
            key: required(secret('32 random bytes in base64 or hex; `openssl rand -base64 32` makes one.')),
          }),
          'The first one encrypts, every one decrypts: to rotate, put a new one in front.',
        ),
        [],
      ),
    }),
    {},
  ),
});

const kept = (what: string) => quantity('duration', `How long ${what} are kept.`, '1s', '3650d');

export const retention = block('How long things are kept.', {
  delivered: defaulted(kept('delivered events'), '7d'),
  dead: defaulted(kept('dead letters'), '30d'),
  rejected: defaulted(kept('rejected requests'), '7d'),
  max_memory: optional(
    quantity(
      'size',
      'Memory of Redis above which the oldest delivered events are removed before their time. Without it: 80 % of what Redis itself is limited to (`maxmemory`), if it is.',
      '16MiB',
      '1024GiB',
    ),
  ),
});

export const log = block('What is logged.', {
  level: defaulted(
    choice(['error', 'warn', 'info', 'debug'], 'The least important level that is written.'),
    'info',
  ),
});
