import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import type { Origin } from './config-fault.js';
import { blockAt } from './lenient.js';
import { pointerOf, scalarsOf } from './pointer.js';

/**
 * The file over what `setup` provides: block by block, but what belongs together comes from one of them alone: a
 * file with a target of its own gets no second one, and a file that says where Redis is gets no other address.
 */
export function overlay(setup: JsonObject, file: JsonObject): JsonObject {
  const redis = blockAt(file, 'redis');
  const ownRedis = Object.hasOwn(redis, 'url') || Object.hasOwn(redis, 'nodes');
  const merged = mergeBlocks(ownRedis ? { ...setup, redis: {} } : setup, file);
  const whole = ['targets', 'sources'].flatMap((key) => {
    const own = file[key];
    const empty = own === undefined || own === null || (isJsonObject(own) && Object.keys(own).length === 0);
    return empty ? [] : [[key, own] as const];
  });
  return { ...merged, ...Object.fromEntries(whole) };
}

function mergeBlocks(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = Object.hasOwn(below, key) ? below[key] : undefined;
    if (value === null && under !== undefined) continue;
    merged[key] = isJsonObject(value) && isJsonObject(under) ? mergeBlocks(under, value) : value;
  }
  return merged;
}

/** Where each scalar comes from, before the environment. */
export function originsOf(setup: JsonObject, merged: JsonObject, file: JsonObject): Map<string, Origin> {
  const inFile = new Set([...scalarsOf(file)].map(([path]) => pointerOf(path)));
  const inSetup = new Set([...scalarsOf(setup)].map(([path]) => pointerOf(path)));
  const origins = new Map<string, Origin>();
  for (const [path] of scalarsOf(merged)) {
    const pointer = pointerOf(path);
    origins.set(pointer, inFile.has(pointer) || !inSetup.has(pointer) ? 'file' : 'setup');
  }
  return origins;
}
