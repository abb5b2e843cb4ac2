/** The letters of an id, as `model/ids.ts` writes them. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LETTERS = 10;
const PREFIX_LETTERS = 'dlv_'.length;
const HOUR_MS = 3_600_000;

/** Unix milliseconds at which this event or delivery was accepted, as its id has it. */
export function timeOfId(id: string): number {
  let time = 0;
  for (const letter of id.slice(PREFIX_LETTERS, PREFIX_LETTERS + TIME_LETTERS))
    time = time * 32 + ALPHABET.indexOf(letter);
  return time;
}

/** What the ids of deliveries accepted at this time (Unix milliseconds) begin with: a bound in the index. */
export function deliveryIdPrefix(time: number): string {
  let letters = '';
  for (
    let rest = Math.max(0, Math.floor(time)), i = 0;
    i < TIME_LETTERS;
    i += 1, rest = Math.floor(rest / 32)
  )
    letters = ALPHABET.charAt(rest % 32) + letters;
  return `dlv_${letters}`;
}

/** The hour, counted from 1970, in which an id was given: what the hourly books are kept by. */
export function hourOfId(id: string): number {
  return hourOf(timeOfId(id));
}

export function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS);
}

/** Unix milliseconds at which an hour begins. */
export function startOfHour(hour: number): number {
  return hour * HOUR_MS;
}

/** The same for scripts: a Lua function `hour_of(id)`. */
export const LUA_HOUR_OF = `
local function hour_of(id)
  local time = 0
  for i = ${PREFIX_LETTERS + 1}, ${PREFIX_LETTERS + TIME_LETTERS} do
    local at = string.find('${ALPHABET}', string.sub(id, i, i), 1, true)
    if not at then return '0' end
    time = time * 32 + at - 1
  end
  return string.format('%.0f', math.floor(time / ${HOUR_MS}))
end
`;
