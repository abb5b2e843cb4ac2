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

type Parts<T> = Partial<Omit<T, 'type' | 'timestamp'>>;
/** Any part of a mechanism, no defaults: the preset supplies what is missing (`auth: { secrets: [...] }`). */
export type WrittenAuth = {
  readonly type?: AuthSettings['type'];
  readonly timestamp?: Partial<NonNullable<HmacSettings['timestamp']>>;
} & Parts<HmacSettings> &
  Parts<TokenSettings> &
  Parts<BasicSettings> &
  Parts<StandardWebhooksSettings> &
  Parts<JwtSettings> &
  Parts<MtlsSettings> &
  Parts<SnsSettings>;
