/**
 * The configuration once it is read and found good: typed, frozen, every default filled in.
 * All durations are milliseconds and all sizes bytes, whatever the file said.
 */
export interface Config {
  readonly redis: RedisSettings;
  readonly http: HttpSettings;
  readonly ops: OpsSettings;
  readonly spool: SpoolSettings;
  readonly retention: RetentionSettings;
  readonly log: LogSettings;
  readonly targets: readonly TargetSettings[];
  readonly sources: readonly SourceSettings[];
}

export interface RedisSettings {
  readonly url: string;
  readonly mode: 'single' | 'sentinel' | 'cluster';
  /** For `sentinel`: the group's name. */
  readonly masterName?: string;
  /** For `sentinel` and `cluster`: `host:port` of each node; without it, the host of `url`. */
  readonly nodes: readonly string[];
  readonly username?: string;
  readonly password?: string;
  readonly tls?: TlsSettings;
  /** Every key begins with this; it must not hold `{`, `}` or `:`. */
  readonly prefix: string;
}

export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  readonly maxBody: number;
  /** CIDR ranges whose `X-Forwarded-For` is believed. */
  readonly trustProxy: readonly string[];
  readonly maxConnections: number;
  readonly tls?: ServerTlsSettings;
}

/** For the `mtls` mechanism the listener itself must speak TLS, unless a trusted proxy does. */
export interface ServerTlsSettings {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile?: string;
}

export interface OpsSettings {
  readonly host: string;
  readonly port: number;
  readonly tokens: readonly OpsToken[];
}

export interface OpsToken {
  readonly name: string;
  readonly role: 'viewer' | 'operator';
  readonly token: string;
}

export interface SpoolSettings {
  readonly dir: string;
  readonly maxBytes: number;
}

export interface RetentionSettings {
  readonly delivered: number;
  readonly dead: number;
  readonly rejected: number;
}

export interface LogSettings {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
}

export interface TlsSettings {
  readonly caFile?: string;
  /** SHA-256 of the server's certificate, colon-separated or plain hex. */
  readonly fingerprint?: string;
  /** Last resort, per target, logged loudly at every start. */
  readonly insecureSkipVerify: boolean;
}

export interface TargetSettings {
  readonly name: string;
  readonly type: 'komand';
  readonly url: string;
  readonly publicUrl: string;
  readonly username: string;
  readonly password: string;
  readonly tokenAs: 'bearer' | 'cookie';
  readonly tls: TlsSettings;
  /** For one whole call, connect to last byte. */
  readonly timeout: number;
  readonly concurrency: number;
  /** Calls per second over all workers; absent = unlimited. */
  readonly rateLimit?: number;
  /** How long a token is used when its `exp` is missing or not after its `iat`. */
  readonly sessionMax: number;
}

export type OnAmbiguous = 'reconcile' | 'retry' | 'park';

/** `raw`, one expression that yields an object, or an object whose leaves are expressions. */
export type MappingSettings = string | MappingTree;
export interface MappingTree {
  readonly [variable: string]: string | MappingTree;
}

export interface RouteSettings {
  readonly name: string;
  readonly target: string;
  readonly endpoint: 'workflow' | 'trigger';
  readonly endpointId: string;
  readonly when?: string;
  readonly map?: MappingSettings;
  readonly onAmbiguous: OnAmbiguous;
  /** The variable that carries the event id to Komand, for reconciling. */
  readonly correlate?: string;
  readonly maxAttempts: number;
  readonly giveUpAfter: number;
}

export interface SourceSettings {
  readonly name: string;
  readonly preset: string;
  /** As written; what is missing comes from the preset. */
  readonly auth?: WrittenAuth;
  readonly allowIps: readonly string[];
  /** Path of a JSON Schema file, in place of the preset's. */
  readonly schema?: string;
  readonly deliveryKey?: DeliveryKeySettings;
  readonly dedupeWindow?: number;
  readonly split?: string;
  readonly map?: MappingSettings;
  readonly onInvalid: 'reject' | 'accept';
  readonly maxBody?: number;
  /** Requests per second; absent = unlimited. */
  readonly rateLimit?: number;
  /** Waiting deliveries above which new events are refused with 503; absent = unlimited. */
  readonly maxPending?: number;
  /** Header names kept with the event besides the preset's. */
  readonly keepHeaders: readonly string[];
  /** For `silent source` alerts. */
  readonly expectedInterval?: number;
  readonly routes: readonly RouteSettings[];
}

/** Where a delivery key is read from. */
export type DeliveryKeySettings =
  | { readonly from: 'header'; readonly name: string }
  | { readonly from: 'body'; readonly paths: readonly string[] }
  | { readonly from: 'hash' };

export interface HmacSettings {
  readonly type: 'hmac';
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  readonly encoding: 'hex' | 'base64';
  readonly header: string;
  /** `bare`; `prefix` (`sha256=…`); `list` (`v1=…,v1=…`); `space-list` (`v1,… v1,…`). */
  readonly format: 'bare' | 'prefix' | 'list' | 'space-list';
  /** For `prefix`, what stands before the signature; for the lists, the key of the entries that count. */
  readonly prefix?: string;
  /** `{body}`, `{timestamp}`, `{id}` and literals, in any order. */
  readonly signed: string;
  readonly idHeader?: string;
  readonly timestamp?: {
    readonly from: 'header' | 'signature' | 'body';
    /** The header's name, the key inside the signature header, or the body path. */
    readonly name: string;
    readonly format: 'unix-s' | 'unix-ms' | 'rfc3339';
    readonly tolerance: number;
  };
  readonly secretEncoding: 'text' | 'base64' | 'whsec' | 'hex';
  readonly secrets: readonly string[];
}

export interface TokenSettings {
  readonly type: 'token';
  /** `path`: the segment after `/hooks/:source/`. */
  readonly in: 'header' | 'query' | 'path' | 'body';
  readonly name: string;
  /** For a header: a scheme such as `Bearer` that stands before the token. */
  readonly scheme?: string;
  readonly secrets: readonly string[];
}

export interface BasicSettings {
  readonly type: 'basic';
  readonly username: string;
  readonly secrets: readonly string[];
}

export interface StandardWebhooksSettings {
  readonly type: 'standard-webhooks';
  /** `whsec_…` (v1) and `whpk_…` (v1a), mixed freely. */
  readonly secrets: readonly string[];
  /** `webhook` or `svix`: what the three headers begin with. */
  readonly headerPrefix: string;
  readonly tolerance: number;
}

export interface JwtSettings {
  readonly type: 'jwt';
  readonly issuer: string;
  readonly audience: string;
  readonly jwksFile?: string;
  readonly jwksUrl?: string;
  readonly algorithms: readonly string[];
}

export interface MtlsSettings {
  readonly type: 'mtls';
  /** Subject common names or SHA-256 fingerprints of the client certificates that may come in. */
  readonly allowed: readonly string[];
  /** A trusted proxy's header with the verified subject or fingerprint; needs `http.trust_proxy`. */
  readonly header?: string;
}

/** AWS SNS: the key comes from the certificate named in the body. */
export interface SnsSettings {
  readonly type: 'sns';
  readonly topics: readonly string[];
}

export interface NoAuthSettings {
  readonly type: 'none';
}

export type AuthSettings =
  | HmacSettings
  | TokenSettings
  | BasicSettings
  | StandardWebhooksSettings
  | JwtSettings
  | MtlsSettings
  | SnsSettings
  | NoAuthSettings;

/**
 * What the file says of a source's authentication: any part of a mechanism, no defaults filled in, because the
 * preset supplies what is missing (`auth: { secrets: [...] }` is enough for most).
 */
export interface WrittenAuth {
  readonly type?: AuthSettings['type'];
  readonly secrets?: readonly string[];
  /** hmac: the signature's header. mtls: the trusted proxy's. */
  readonly header?: string;
  readonly algorithm?: HmacSettings['algorithm'];
  readonly encoding?: HmacSettings['encoding'];
  readonly format?: HmacSettings['format'];
  readonly prefix?: string;
  readonly signed?: string;
  readonly idHeader?: string;
  readonly timestamp?: Partial<NonNullable<HmacSettings['timestamp']>>;
  readonly secretEncoding?: HmacSettings['secretEncoding'];
  readonly in?: TokenSettings['in'];
  readonly name?: string;
  readonly scheme?: string;
  readonly username?: string;
  readonly headerPrefix?: string;
  readonly tolerance?: number;
  readonly issuer?: string;
  readonly audience?: string;
  readonly jwksFile?: string;
  readonly jwksUrl?: string;
  readonly algorithms?: readonly string[];
  readonly allowed?: readonly string[];
  readonly topics?: readonly string[];
}
