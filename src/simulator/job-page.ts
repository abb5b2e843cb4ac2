import { createHash } from 'node:crypto';
import { statusAt } from './job-life.js';
import type { SimJob } from './job-store.js';
import { komandTime } from './komand-time.js';
import { html, type Reply } from './reply.js';
import type { World } from './world.js';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
dt{font-weight:600}dd{margin:0 0 .5rem}pre{background:#f3f3f3;padding:1rem;white-space:pre-wrap;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #ddd}
small{color:#555}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};
const NEWEST = 50;

/** A job for people, where Komand has its own page; it renews itself until the job has ended. */
export function jobPage(world: World, id: string): Reply {
  const now = world.now();
  const job = world.jobs.get(id, now);
  if (job === undefined) {
    const text = 'There is no such job, or not yet: Komand creates it a moment after the event is accepted.';
    return page('No such job', `<p>${text}</p>`, true, 404);
  }
  const ended = now >= job.endsAt;
  const facts: [string, string][] = [
    ['Status', statusAt(job, now)],
    ['Job', job.id],
    ['Workflow', `${job.name} (${job.workflowUid})`],
    ['Created', komandTime(job.appearsAt)],
    ['Ended', ended ? komandTime(job.endsAt) : 'not yet'],
    ...(ended && job.outcome === 'failed' ? [['Failed step', 'Step_1'] satisfies [string, string]] : []),
  ];
  const list = facts.map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`).join('');
  const event = `<h2>Event as received</h2><pre>${escaped(job.body)}</pre>`;
  return page(`Job ${job.name}`, `<dl>${list}</dl>${event}`, !ended);
}

/** The newest jobs. */
export function overviewPage(world: World): Reply {
  const now = world.now();
  const row = (job: SimJob): string =>
    `<tr><td>${komandTime(job.appearsAt)}</td><td>${escaped(statusAt(job, now))}</td><td>${escaped(job.name)}</td>` +
    `<td><a href="/jobs/details/${job.id}">${job.id}</a></td></tr>`;
  const rows = world.jobs.list(now, { offset: 0, limit: NEWEST }).map(row);
  const head = '<tr><th>Created</th><th>Status</th><th>Workflow</th><th>Job</th></tr>';
  const { accepted, jobs } = world.counts;
  const summary = `<p>${accepted} events accepted, ${jobs} jobs started. The newest ${NEWEST}:</p>`;
  return page('Jobs', `${summary}<table>${head}${rows.join('')}</table>`, true);
}

function page(title: string, content: string, renew: boolean, status = 200): Reply {
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)} · Komand simulator</title>
<meta name="viewport" content="width=device-width">${renew ? '<meta http-equiv="refresh" content="2">' : ''}
<style>${STYLE}</style></head>
<body><h1>${escaped(title)}</h1>${content}<p><small>Simulated: there is no Komand here. <a href="/">All jobs</a></small></p></body></html>
`;
  return { ...html(body, status), headers: HEADERS };
}

/** Safe as text and inside a quoted attribute. */
function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': 'amp',
    '<': 'lt',
    '>': 'gt',
    '"': 'quot',
    "'": '#39',
  };
  return text.replaceAll(/[&<>"']/g, (char) => `&${names[char] ?? ''};`);
}
