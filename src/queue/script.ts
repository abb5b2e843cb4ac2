import { createHash } from 'node:crypto';
import type { ChainableCommander } from 'ioredis';
import type { RedisClient } from './connect.js';

/** A Lua script and the hash by which Redis knows it. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export function defineScript(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

export type ScriptArg = string | number | Buffer;

export interface ScriptCall {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly ScriptArg[];
}

/**
 * Runs calls in one round trip for all. A Redis that does not know a script yet (a new one, one that
 * was restarted) is taught it, and the calls that met it are made again: they had no effect.
 */
export async function runScripts(
  client: RedisClient,
  calls: readonly ScriptCall[],
): Promise<PromiseSettledResult<unknown>[]> {
  const results = await attempt(client, calls);
  const unknown = calls.filter((_, i) => isNoScript(results[i]));
  if (unknown.length === 0) return results;
  // On a cluster each shard has scripts of its own: the text goes with the call this once
  const again = await attempt(client, unknown, true);
  let next = 0;
  return results.map((result) => (isNoScript(result) ? (again[next++] ?? result) : result));
}

async function attempt(
  client: RedisClient,
  calls: readonly ScriptCall[],
  withText = false,
): Promise<PromiseSettledResult<unknown>[]> {
  // A pipeline on a cluster must stay on one node; separate commands written in one tick cost the same there
  if (calls.length === 1 || client.isCluster) {
    return Promise.allSettled(
      calls.map((call) =>
        withText
          ? client.eval(call.script.lua, call.keys.length, ...call.keys, ...call.args)
          : client.evalsha(call.script.sha, call.keys.length, ...call.keys, ...call.args),
      ),
    );
  }
  const pipeline: ChainableCommander = client.pipeline();
  for (const { script, keys, args } of calls) {
    if (withText) pipeline.eval(script.lua, keys.length, ...keys, ...args);
    else pipeline.evalsha(script.sha, keys.length, ...keys, ...args);
  }
  const replies = await pipeline.exec();
  return (replies ?? []).map(([error, value]) =>
    error === null ? { status: 'fulfilled', value } : { status: 'rejected', reason: error },
  );
}

/** What a script answers where it answers a list; nothing where it does not. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An answer of Redis, as opposed to a connection that failed. */
export function isReply(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'ReplyError';
}

function isNoScript(result: PromiseSettledResult<unknown> | undefined): boolean {
  return (
    result?.status === 'rejected' &&
    result.reason instanceof Error &&
    result.reason.message.startsWith('NOSCRIPT')
  );
}

/** Runs one script. Rejects with Redis' own error. */
export async function runScript(
  client: RedisClient,
  script: Script,
  keys: readonly string[],
  args: readonly ScriptArg[],
): Promise<unknown> {
  const [result] = await runScripts(client, [{ script, keys, args }]);
  if (result === undefined) throw new Error('Redis gave no answer');
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
