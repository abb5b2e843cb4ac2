const MAX_PAGES = 400;

/** What every GET of the API answers, ids filled in from its own lists. */
export async function openPaths(opsUrl: string, token: string): Promise<ReadonlyMap<string, string>> {
  const headers = { authorization: `Bearer ${token}` };
  const found = new Map<string, string>();
  const get = async (path: string): Promise<string> => {
    const response = await fetch(opsUrl + path, { headers });
    const text = `${JSON.stringify([...response.headers])} ${await response.text()}`;
    found.set(path, text);
    return text;
  };
  const { paths } = JSON.parse((await get('/api/v1/openapi.json')).replace(/^\[.*?\]\] /, '')) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const reading = Object.entries(paths).flatMap(([path, verbs]) => ('get' in verbs ? [path] : []));
  for (const path of reading.filter((each) => !each.includes('{') && !each.endsWith('/events')))
    await get(path);
  await get('/api/v1/export?format=csv');
  const texts = [...found.values()].join(' ');
  const ids: Readonly<Record<string, readonly string[]>> = {
    deliveries: unique(texts, /dlv_[0-9A-Z]+_[a-z0-9-]+/g),
    rejected: unique(texts, /req_[0-9A-Z]+(?:-\d+)?/g),
    sources: unique(texts, /"source":"([^"]+)"/g),
    jobs: unique(texts, /job-\d+/g),
  };
  for (const path of reading.filter((each) => each.includes('{'))) {
    const kind = /\/([a-z]+)\/\{/.exec(path)?.[1] ?? '';
    for (const id of ids[kind] ?? ['any']) await get(path.replace(/\{\w+\}/, encodeURIComponent(id)));
  }
  return found;
}

/** Every page of the console that links lead to, from its first one on. */
export async function crawl(opsUrl: string, token: string): Promise<ReadonlyMap<string, string>> {
  const signedIn = await fetch(`${opsUrl}/login`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token, next: '/' }),
    redirect: 'manual',
  });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const pages = new Map<string, string>();
  const open = ['/'];
  for (let path = open.shift(); path !== undefined && pages.size < MAX_PAGES; path = open.shift()) {
    if (pages.has(path)) continue;
    const response = await fetch(opsUrl + path, { headers: { cookie }, redirect: 'manual' });
    const text = `${JSON.stringify([...response.headers])} ${await response.text()}`;
    pages.set(path, text);
    for (const [, link = ''] of text.matchAll(/href="(\/[^"]*)"/g)) open.push(link.replaceAll('&amp;', '&'));
  }
  return pages;
}

function unique(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? match[0]))].slice(0, 50);
}
