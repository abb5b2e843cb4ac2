import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  'console.css': 'text/css; charset=utf-8',
  'console.js': 'text/javascript; charset=utf-8',
  'favicon.svg': 'image/svg+xml',
};

interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly brotli: Buffer;
}

export interface Assets {
  /** Where a file is served: its name holds a hash of its content. */
  readonly address: (name: string) => string;
  readonly byAddress: ReadonlyMap<string, Asset>;
}

/**
 * Reads the files once. They lie beside the sources (`src/ops/console/assets`), at the same distance from the built
 * program as from its source. Throws when one is missing, so that a broken package fails at its start.
 */
export function loadAssets(): Assets {
  const folder = new URL('../../../src/ops/console/assets/', import.meta.url);
  const addresses = new Map<string, string>();
  const byAddress = new Map<string, Asset>();
  for (const [name, type] of Object.entries(TYPES)) {
    const plain = readFileSync(new URL(name, folder));
    const hash = createHash('sha256').update(plain).digest('hex').slice(0, 10);
    const address = `/assets/${hash}/${name}`;
    addresses.set(name, address);
    byAddress.set(address, { type, plain, gzip: gzipSync(plain), brotli: brotliCompressSync(plain) });
  }
  return { address: (name) => addresses.get(name) ?? '/assets/', byAddress };
}

/** Sends a file, compressed as the browser likes it. Answers whether the path was one. */
export function sendAsset(
  assets: Assets,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): boolean {
  const asset = assets.byAddress.get(path);
  if (asset === undefined) return false;
  const accepted = request.headers['accept-encoding'] ?? '';
  const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
  response.setHeader('Content-Type', asset.type);
  response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
  response.setHeader('Vary', 'Accept-Encoding');
  if (encoding !== undefined) response.setHeader('Content-Encoding', encoding);
  response.end(encoding === 'br' ? asset.brotli : encoding === 'gzip' ? asset.gzip : asset.plain);
  return true;
}
