import type { DeliveryState } from '../model/delivery.js';
import type { RedisClient } from './connect.js';
import { keysOf } from './keys.js';
import { defineScript, runScript, runScripts } from './script.js';

const CHUNK = 5_000;
/** Some 30 MB of ids; beyond that each is looked up. */
const REMEMBERED = 200_000;

/** A delivery that does not add up: in the index but no job, a job in no list, a job in two of them. */
export type Irregular = 'no_job' | 'in_no_list' | 'in_two_lists';
export type AuditPlace = DeliveryState | 'removed' | Irregular;

/** The sets are looked up at once; the lists, which must be searched, only for what is left. */
const IN_SETS = defineScript(`
local found = {}
for i, id in ipairs(ARGV) do
  local sets = ''
  for k = 2, 5 do
    if redis.call('ZSCORE', KEYS[k], id) then sets = sets .. k end
  end
  found[i] = redis.call('EXISTS', KEYS[1] .. id) .. ':' .. sets
end
return found
`);

/** Everything about one delivery at one moment. */
const PLACE = defineScript(`
local id = ARGV[1]
local places = {}
if redis.call('LPOS', KEYS[6], id) then table.insert(places, 'queued') end
if redis.call('LPOS', KEYS[7], id) then table.insert(places, 'active') end
if redis.call('ZSCORE', KEYS[2], id) then table.insert(places, 'scheduled') end
if redis.call('ZSCORE', KEYS[3], id) then table.insert(places, 'delivered') end
if redis.call('ZSCORE', KEYS[4], id) then table.insert(places, 'dead') end
if redis.call('ZSCORE', KEYS[5], id) then table.insert(places, 'discarded') end
if redis.call('EXISTS', KEYS[1] .. id) == 0 then
  if not redis.call('ZSCORE', KEYS[8], id) then return 'removed' end
  return 'no_job'
end
if #places == 0 then return 'in_no_list' end
if #places > 1 then return 'in_two_lists' end
return places[1]
`);

const STATE_OF_SET: Readonly<Record<string, DeliveryState>> = {
  '2': 'scheduled',
  '3': 'delivered',
  '4': 'dead',
  '5': 'discarded',
};

function keysFor(prefix: string, source: string): readonly string[] {
  const { base, discarded, index } = keysOf(prefix, source);
  return [
    base,
    ...['delayed', 'completed', 'failed'].map((name) => base + name),
    discarded,
    `${base}wait`,
    `${base}active`,
    index,
  ];
}

/** The ids within these bounds that are waiting, as far as they fit into memory. */
export async function waitingWithin(
  client: RedisClient,
  prefix: string,
  source: string,
  from: string,
  to: string,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let start = 0; ; start += CHUNK) {
    const ids = await client.lrange(`${keysOf(prefix, source).base}wait`, start, start + CHUNK - 1);
    for (const id of ids) if (id >= from && id < to && found.size < REMEMBERED) found.add(id);
    if (ids.length < CHUNK) return found;
  }
}

/** Where each of these deliveries is. What looks wrong may only have moved between two looks: it is looked at again, alone. */
export async function placeAll(
  client: RedisClient,
  prefix: string,
  source: string,
  ids: readonly string[],
  waiting: ReadonlySet<string>,
): Promise<readonly { readonly id: string; readonly place: AuditPlace }[]> {
  if (ids.length === 0) return [];
  const keys = keysFor(prefix, source);
  const reply = await runScript(client, IN_SETS, keys.slice(0, 5), ids);
  const found = Array.isArray(reply) ? reply.map(String) : [];
  const places = ids.map((id, i): AuditPlace | undefined => {
    const [exists, sets = ''] = (found[i] ?? '').split(':');
    if (exists !== '1') return undefined;
    if (sets === '') return waiting.has(id) ? 'queued' : undefined;
    return waiting.has(id) ? undefined : STATE_OF_SET[sets];
  });
  const doubtful = ids.filter((_, i) => places[i] === undefined);
  const calls = doubtful.map((id) => ({ script: PLACE, keys, args: [id] }));
  const looks = calls.length === 0 ? [] : await runScripts(client, calls);
  const second = new Map(
    looks.map((look, i) => {
      if (look.status === 'rejected') throw look.reason;
      return [doubtful[i], String(look.value) as AuditPlace];
    }),
  );
  return ids.map((id, i) => ({ id, place: places[i] ?? second.get(id) ?? 'no_job' }));
}
