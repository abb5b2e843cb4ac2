import { FIRST_PIECE } from './job-hash.js';
import { defineScript } from './script.js';

/** Longer than any retention that makes sense; an hour takes some 200 bytes. Milliseconds. */
const HOUR_KEPT_MS = 400 * 86_400_000;

/**
 * Takes events of one source in: claims, jobs, index and books in one atomic step, so that there is never a claim without
 * its deliveries. A second request with the same delivery key gets the first one's answer. The same event sent again
 * (after a time-out, out of the spool) finds its own claim and changes nothing. What came in together is taken together:
 * the lists and the books are written once for all.
 *
 * What is there already is not taken in again, though its claim is gone; a delivery that is packed is there without data.
 *
 * A script that fails half-way keeps what it wrote, so whatever is not of its type fails before the first write.
 *
 * The queue is laid out as BullMQ 6.7.0's `addStandardJob` lays it out for an ordinary waiting job, without the entries in
 * the event stream, which nobody here reads. The job itself has its data and nothing else: its name and options are the
 * same for all, its time is in its id. A test compares the two key by key.
 *
 * The books are kept twice, once in all and once by hour of acceptance, so that any range of time can be audited.
 *
 * KEYS: 1 wait · 2 meta · 3 marker · 4 active · 5 index · 6 books, then for each event its claim and its hour's books
 * ARGV: 1 key base · 2 what the books call it, then for each event: claim's lifetime in ms · claim's value · how many
 *       routes, and a pair (delivery id, job data) for each of them
 * Answers a list: 1 for stored, the value of the claim for a duplicate.
 */
export const ACCEPT = defineScript(`
local events = (#KEYS - 6) / 2
local held, hours, fresh = {}, {}, false
for e = 1, events do
  held[e] = redis.call('GET', KEYS[5 + 2 * e])
  hours[KEYS[6 + 2 * e]] = true
  if not held[e] then fresh = true end
end
if fresh then
  for _, key in ipairs({KEYS[1], KEYS[4]}) do redis.call('LLEN', key) end
  for _, key in ipairs({KEYS[3], KEYS[5]}) do redis.call('ZCARD', key) end
  for _, key in ipairs({KEYS[2], KEYS[6]}) do redis.call('HLEN', key) end
  for key in pairs(hours) do redis.call('HLEN', key) end
end

local replies, mine, ids, ranked, counts = {}, {}, {}, {}, {}
local function count(hour, what, n)
  counts[KEYS[6]] = counts[KEYS[6]] or {}
  counts[KEYS[6]][what] = (counts[KEYS[6]][what] or 0) + n
  if not hour then return end
  counts[hour] = counts[hour] or {}
  counts[hour][what] = (counts[hour][what] or 0) + n
end
local at = 3
for e = 1, events do
  local claim, hour = KEYS[5 + 2 * e], KEYS[6 + 2 * e]
  local value, routes = ARGV[at + 1], tonumber(ARGV[at + 2])
  local holder = held[e] or mine[claim]
  replies[e] = 1
  if holder then
    if holder ~= value then
      count(nil, 'duplicate', 1)
      replies[e] = holder
    end
  else
    redis.call('SET', claim, value, 'PX', ARGV[at])
    mine[claim] = value
    local stored = 0
    for r = 0, routes - 1 do
      local id, data = ARGV[at + 3 + 2 * r], ARGV[at + 4 + 2 * r]
      local job = ARGV[1] .. id
      if redis.call('HEXISTS', job, '${FIRST_PIECE}') == 0 and redis.call('HSETNX', job, 'data', data) == 1 then
        ids[#ids + 1] = id
        ranked[#ranked + 1] = 0
        ranked[#ranked + 1] = id
        stored = stored + 1
      end
    end
    if stored > 0 or routes == 0 then
      count(hour, ARGV[2], 1)
      if stored == 0 then count(hour, 'filtered', 1) else count(hour, 'deliveries', stored) end
    end
  end
  at = at + 3 + 2 * routes
end
for key, of in pairs(counts) do
  for what, n in pairs(of) do
    if redis.call('HINCRBY', key, what, n) == n and key ~= KEYS[6] then redis.call('PEXPIRE', key, ${HOUR_KEPT_MS}) end
  end
end
if #ids > 0 then
  redis.call('LPUSH', KEYS[1], unpack(ids))
  redis.call('ZADD', KEYS[5], unpack(ranked))
  local state = redis.call('HMGET', KEYS[2], 'paused', 'concurrency')
  local maxed = state[2] and redis.call('LLEN', KEYS[4]) >= tonumber(state[2])
  if not state[1] and not maxed then redis.call('ZADD', KEYS[3], 0, '0') end
end
return replies
`);
