import { defineScript } from './script.js';

/** Longer than any retention that makes sense; an hour takes some 200 bytes. Milliseconds. */
export const HOUR_KEPT_MS = 400 * 86_400_000;

/**
 * Takes an event in: claim, jobs, index and books in one atomic step, so that there is never a claim without its
 * deliveries. A second request with the same delivery key gets the first one's answer. The same event sent again
 * (after a time-out, out of the spool) finds its own claim and changes nothing.
 *
 * The jobs are laid out as BullMQ 6.7.0's `addStandardJob` lays out an ordinary waiting job, without the entries in
 * the event stream, which nobody here reads. A test compares the two key by key.
 *
 * The books are kept twice, once in all and once by hour of acceptance, so that any range of time can be audited.
 *
 * KEYS: 1 claim · 2 wait · 3 meta · 4 marker · 5 active · 6 index · 7 books · 8 books of the hour
 * ARGV: 1 key base · 2 claim's lifetime in ms · 3 claim's value · 4 what the books call it · 5 timestamp ·
 *       6 job options, then a pair (delivery id, job data) for each route
 * Answers {1} for stored, {0, value of the claim} for a duplicate.
 */
export const ACCEPT = defineScript(`
local function count(what, n)
  redis.call('HINCRBY', KEYS[7], what, n)
  if redis.call('HINCRBY', KEYS[8], what, n) == n then redis.call('PEXPIRE', KEYS[8], ${HOUR_KEPT_MS}) end
end
local held = redis.call('GET', KEYS[1])
if held then
  if held == ARGV[3] then return {1} end
  redis.call('HINCRBY', KEYS[7], 'duplicate', 1)
  return {0, held}
end
-- A script that fails half-way keeps what it wrote: whatever is not of its type must fail before that
for _, key in ipairs({KEYS[2], KEYS[5]}) do redis.call('LLEN', key) end
for _, key in ipairs({KEYS[4], KEYS[6]}) do redis.call('ZCARD', key) end
for _, key in ipairs({KEYS[3], KEYS[7], KEYS[8]}) do redis.call('HLEN', key) end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
local stored = 0
for i = 7, #ARGV, 2 do
  local id = ARGV[i]
  local job = ARGV[1] .. id
  if redis.call('EXISTS', job) == 0 then
    redis.call('HSET', job, 'name', 'delivery', 'data', ARGV[i + 1], 'opts', ARGV[6], 'timestamp', ARGV[5], 'delay', 0, 'priority', 0)
    redis.call('LPUSH', KEYS[2], id)
    redis.call('ZADD', KEYS[6], 0, id)
    stored = stored + 1
  end
end
if stored == 0 and #ARGV > 6 then
  -- Sent again after its claim ran out: it is in the books already
  return {1}
end
count(ARGV[4], 1)
if stored == 0 then
  count('filtered', 1)
  return {1}
end
count('deliveries', stored)
local state = redis.call('HMGET', KEYS[3], 'paused', 'concurrency')
local maxed = state[2] and redis.call('LLEN', KEYS[5]) >= tonumber(state[2])
if not state[1] and not maxed then redis.call('ZADD', KEYS[4], 0, '0') end
return {1}
`);
