import type { WrittenAuth } from './auth-settings.js';

/**
 * The configuration once it is read and found good: typed, frozen, every default filled in.
 * All durations are milliseconds and all sizes bytes, whatever the file said.
 */
export interface Config {
  readonly redis: RedisSettings;
  readonly http: HttpSettings;
  readonly ops: OpsSettings;
  readonly spool: SpoolSettings;
  readonly storage: StorageSettings;
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

/** How payloads are kept, in Redis and in the spool alike. */
export interface StorageSettings {
  /** Payloads of so many bytes and more are compressed. */
  readonly compressAbove: number;
  readonly encryption: {
    /** The first encrypts, every one decrypts; none = no encryption. Keys are 32 bytes in base64 or hex. */
    readonly keys: readonly { readonly id?: string; readonly key: string }[];
  };
}

export interface RetentionSettings {
  /** Bytes of Redis memory; absent: by its own limit. */
  readonly maxMemory?: number;
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
  /** CIDR ranges its name may lead to; absent = whatever is not this machine, link-local or a group. */
  readonly allowIps?: readonly string[];
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
