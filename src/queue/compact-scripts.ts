import { FIRST_PIECE, MOST_PIECES, PIECE_BYTES } from './job-hash.js';
import { defineScript } from './script.js';

/**
 * Finds the next deliveries behind the cursor that can be packed, the oldest first. Where the cursor's delivery is gone,
 * it goes on with the first of the same time; where there is no cursor, with the first of all: what is packed is passed
 * over at little cost.
 *
 * KEYS: 1 completed · 2 cursor · 3 wait
 * ARGV: 1 key base · 2 the latest time · 3 how many at most · 4 how many are looked at · 5 bytes of data after which no more
 *       is read · 6 bytes of data above which a delivery stays as it is
 * Answers: the deliveries (id, fields with their values) · the new cursor or '' · 1 if there may be more · how many wait.
 */
export const FIND_LOOSE = defineScript(`
local at, id = string.match(redis.call('GET', KEYS[2]) or '', '^(%d+) (.+)$')
local from = 0
if at then
  if tonumber(redis.call('ZSCORE', KEYS[1], id) or -1) == tonumber(at) then
    from = redis.call('ZRANK', KEYS[1], id) + 1
  else
    from = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. at)
  end
end
local found, bytes, cursor, more = {}, 0, '', 0
local page = redis.call('ZRANGE', KEYS[1], from, from + ARGV[4] - 1, 'WITHSCORES')
for i = 1, #page, 2 do
  if tonumber(page[i + 1]) > tonumber(ARGV[2]) then break end
  if #found == tonumber(ARGV[3]) or bytes > tonumber(ARGV[5]) then
    more = 1
    break
  end
  cursor = page[i + 1] .. ' ' .. page[i]
  if i + 1 == 2 * ARGV[4] then more = 1 end
  local job = ARGV[1] .. page[i]
  local size = redis.call('HSTRLEN', job, 'data')
  if size > 0 and size <= tonumber(ARGV[6]) and redis.call('HEXISTS', job, '${FIRST_PIECE}') == 0 then
    found[#found + 1] = {page[i], redis.call('HGETALL', job)}
    bytes = bytes + size
  end
end
return {found, cursor, more, redis.call('LLEN', KEYS[3])}
`);

/**
 * Puts packed deliveries in the place of what they were made of. One that is not as it was read, or not among the delivered
 * any more, stays as it is.
 *
 * That a script has written something lets it go on when Redis is out of memory, which is when this is needed most; so it
 * begins with a deletion. And the new hash is made before it takes the old one's place.
 *
 * KEYS: 1 completed · 2 cursor · 3 a key that is free
 * ARGV: 1 key base · 2 cursor · then for each delivery: id · packed · how many fields, and for each of them its name and
 *       value
 * Answers how many were packed.
 */
export const PACK = defineScript(`
redis.call('DEL', KEYS[3])
local packed, at = 0, 3
while at <= #ARGV do
  local id, value, fields = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  local job = ARGV[1] .. id
  at = at + 3
  local same = redis.call('ZSCORE', KEYS[1], id) and redis.call('HLEN', job) == fields
    and redis.call('EXISTS', job .. ':lock') == 0
  for f = 0, fields - 1 do
    same = same and redis.call('HGET', job, ARGV[at + 2 * f]) == ARGV[at + 2 * f + 1]
  end
  at = at + 2 * fields
  if same then
    local size = #value > ${PIECE_BYTES * MOST_PIECES} and #value or ${PIECE_BYTES}
    for piece = 0, math.ceil(#value / size) - 1 do
      redis.call('HSET', KEYS[3], piece, string.sub(value, piece * size + 1, (piece + 1) * size))
    end
    redis.call('RENAME', KEYS[3], job)
    packed = packed + 1
  end
end
redis.call('SET', KEYS[2], ARGV[2])
return packed
`);
