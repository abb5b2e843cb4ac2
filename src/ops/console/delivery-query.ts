/** The filters of the list, exactly as the API names them: the address of a page is the request of the API. */
export const FILTERS = [
  'source',
  'route',
  'state',
  'outcome',
  'error_class',
  'http_code',
  'from',
  'to',
  'delivery_key',
  'job_id',
  'text',
  'body_field',
  'fingerprint',
] as const;

export type Filter = (typeof FILTERS)[number];

/** The filters that are set, without empty fields. A local time of a form is UTC here. */
export function readFilters(query: URLSearchParams): ReadonlyMap<Filter, string> {
  const found = new Map<Filter, string>();
  for (const name of FILTERS) {
    const value = query.get(name)?.trim();
    if (value === undefined || value === '') continue;
    found.set(name, name === 'from' || name === 'to' ? toUtc(value) : value);
  }
  return found;
}

/** The list's address with one filter changed, or taken away; a cursor belongs to its filters and goes with them. */
export function listAddress(
  filters: ReadonlyMap<Filter, string>,
  change: Readonly<Partial<Record<Filter | 'live', string | undefined>>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...Object.fromEntries(filters), ...change }))
    if (value !== undefined && value !== '') query.set(name, value);
  const text = query.toString();
  return text === '' ? '/deliveries' : `/deliveries?${text}`;
}

/** `2026-11-24T21:00` of a date field means UTC, as every time in the console does. */
function toUtc(value: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(value) ? `${value}Z` : value;
}
