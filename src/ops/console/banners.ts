import { bytes, count } from './format.js';
import { html, type Html } from './html.js';
import { icon } from './icon.js';
import type { BridgeHealth } from './ports.js';

/** What somebody must know before anything else on the page, worst first. Nothing, when all is well. */
export function banners(health: BridgeHealth): Html {
  const { redis, workers, circuits, pausedRoutes, spool } = health;
  const found: Html[] = [];
  if (!redis.up) {
    found.push(
      banner('bad', 'Redis is away.', [
        `${redis.detail}. `,
        spool === undefined
          ? 'What is on this page may be old. '
          : `Webhooks are still accepted into the local spool (${count(spool.events)} waiting, ${bytes(spool.bytes)} of ${bytes(spool.maxBytes)}). `,
        'Nothing is delivered until Redis is back.',
      ]),
    );
  }
  if (workers === 0) {
    found.push(
      banner('bad', 'No worker is connected.', [
        'Events are accepted and kept, but nothing is delivered. Start a process with the role worker.',
      ]),
    );
  }
  for (const { target, state, reason } of circuits) {
    if (state === 'closed') continue;
    found.push(
      banner('bad', `Target ${target} is away.`, [
        reason === undefined ? '' : `${reason}. `,
        'Its deliveries wait, and waiting uses up no attempts. ',
        state === 'half-open' ? 'A probe is under way.' : 'It is probed until it answers again.',
      ]),
    );
  }
  for (const { source, route, reason } of pausedRoutes) {
    found.push(
      banner('warn', `Route ${source}/${route} is paused.`, [
        `${reason}. It resumes by itself once it works again.`,
      ]),
    );
  }
  if (redis.up && spool !== undefined && spool.events > 0) {
    found.push(
      banner('warn', 'The spool is in use.', [
        `${count(spool.events)} events (${bytes(spool.bytes)}) wait to be moved to Redis, in order of arrival.`,
      ]),
    );
  }
  if (redis.durable === false)
    found.push(banner('warn', 'Redis is not fully durable.', [redis.durability ?? '']));
  return found.length === 0 ? html`` : html`<div class="banners" data-live="banners">${found}</div>`;
}

function banner(tone: 'bad' | 'warn', title: string, sentences: readonly string[]): Html {
  return html`<div class="banner ${tone}" role="status">
    ${icon('warn')}
    <p><strong>${title}</strong> ${sentences}</p>
  </div>`;
}
