import { FIRST_PIECE } from './job-hash.js';
import { defineScript } from './script.js';

/** BullMQ keeps the time of a delayed job in the upper bits of its score. */
export const DELAYED_SCALE = 4_096;

/**
 * Ends deliveries that got through and hands out as many new ones, all of one source, in one step. What BullMQ 6.7.0
 * does in `moveToFinished`, for the jobs this program has: no parents, priorities, limiters or event stream. A test
 * compares what the two leave behind.
 *
 * The receipt is kept whatever became of the lock: should another worker have the delivery by now, it finds that it was
 * delivered. With the first receipt come the index by job id and the entry in the follow list; so a call that is made
 * twice, because its answer got lost, changes nothing the second time. A lock that ran out while nobody took the delivery
 * is no reason to refuse. Who is refused is handed nothing: BullMQ then fails that delivery under the same token, and would
 * make a dead letter of it if it had just been handed out again under it.
 *
 * One that is packed was delivered, and has its receipt. It has no data, so it cannot be handed out again; what was active
 * just now is none and is not asked.
 *
 * KEYS: 1 wait · 2 active · 3 delayed · 4 meta · 5 marker · 6 stalled · 7 completed · 8 follow
 * ARGV: 1 key base · 2 now · 3 lock's lifetime in ms · 4 index's lifetime in ms · 5 how many end, and for each of them:
 *       delivery id · lock token · receipt · first look or '' · its key in the index by job id or ''; then a lock token for each
 *       one that is wanted
 * Answers: what became of each end (0, or BullMQ's negative number) · the new ones (id, data, progress, returnvalue, starts) ·
 *          when the next delayed one is due, or 0.
 */
export const FINISH = defineScript(`
local wait, active, delayed, follow = KEYS[1], KEYS[2], KEYS[3], KEYS[8]
local base, now, lockMs, ends = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[5])
local codes, completed, followed, unstalled, refused = {}, {}, {}, {}, {}
for e = 1, ends do
  local at = 1 + 5 * e
  local id, token, receipt = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local job = base .. id
  local there = redis.call('EXISTS', job) == 1
  local holder = redis.call('GET', job .. ':lock')
  local code, packed = 0, false
  if holder and holder ~= token then
    code, packed = -6, redis.call('HEXISTS', job, '${FIRST_PIECE}') == 1
  elseif redis.call('LREM', active, -1, id) == 0 then
    packed = redis.call('HEXISTS', job, '${FIRST_PIECE}') == 1
    if not packed and redis.call('HEXISTS', job, 'finishedOn') == 0 then code = -2 end
  else
    if holder then redis.call('DEL', job .. ':lock') end
    unstalled[#unstalled + 1] = id
    if there then
      redis.call('HSET', job, 'finishedOn', now)
      completed[#completed + 1] = now
      completed[#completed + 1] = id
    end
  end
  if not there then
    code = -1
  elseif not packed and redis.call('HSETNX', job, 'returnvalue', receipt) == 1 then
    if ARGV[at + 3] ~= '' then
      followed[#followed + 1] = ARGV[at + 3]
      followed[#followed + 1] = id
    end
    if ARGV[at + 4] ~= '' then redis.call('SET', ARGV[at + 4], id, 'PX', ARGV[4]) end
  end
  codes[e] = code
  if code ~= 0 then refused[token] = true end
end
if #unstalled > 0 then redis.call('SREM', KEYS[6], unpack(unstalled)) end
if #completed > 0 then redis.call('ZADD', KEYS[7], unpack(completed)) end
if #followed > 0 then redis.call('ZADD', follow, 'NX', unpack(followed)) end

local due = redis.call('ZRANGEBYSCORE', delayed, 0, (now + 1) * ${DELAYED_SCALE} - 1, 'LIMIT', 0, 1000)
if #due > 0 then
  redis.call('ZREM', delayed, unpack(due))
  redis.call('LPUSH', wait, unpack(due))
end
local taken = {}
local meta = redis.call('HMGET', KEYS[4], 'paused', 'concurrency')
local room = meta[2] and tonumber(meta[2]) - redis.call('LLEN', active) or #ARGV
if not meta[1] and room > 0 then
  for t = 6 + 5 * ends, #ARGV do
    if not refused[ARGV[t]] and #taken < room then
      local id, kept
      repeat
        id = redis.call('RPOPLPUSH', wait, active)
        kept = id and redis.call('HMGET', base .. id, 'data', 'progress', 'returnvalue')
        local gone = id and not kept[1]
        if gone then redis.call('LREM', active, 1, id) end
      until not gone
      if not id then break end
      local job = base .. id
      redis.call('SET', job .. ':lock', ARGV[t], 'PX', lockMs)
      taken[#taken + 1] = {id, kept[1], kept[2], kept[3], redis.call('HINCRBY', job, 'ats', 1)}
    end
  end
  if redis.call('LLEN', wait) > 0 then redis.call('ZADD', KEYS[5], 0, '0') end
end
local first = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
return {codes, taken, first[2] and math.floor(tonumber(first[2]) / ${DELAYED_SCALE}) or 0}
`);
