import { postedBodies } from './posted-bodies.js';
import type { Sent } from './steady-load.js';

/** What the senders know against what Komand got. */
export interface Tally {
  readonly sent: number;
  readonly acknowledged: number;
  /** Acknowledged from the local spool, while Redis was away. */
  readonly spooled: number;
  /** Acknowledged and in Komand. */
  readonly delivered: number;
  /** Acknowledged, and Komand never got it. */
  readonly lost: readonly string[];
  /** Bodies in Komand that nobody sent. */
  readonly phantom: readonly string[];
  /** In Komand more than once. */
  readonly duplicated: readonly string[];
  /** Whatever a sender got in place of a 202. */
  readonly clientErrors: readonly string[];
}

/** To be asked once everything has ended. */
export async function tallyLoad(sent: readonly Sent[], simulatorUrl: string): Promise<Tally> {
  const posted = await postedBodies(simulatorUrl);
  const acknowledged = sent.filter(({ eventId }) => eventId !== undefined);
  const bodies = new Set(sent.map(({ body }) => body));
  const inKomand = ({ body }: Sent): boolean => posted.has(body);
  return {
    sent: sent.length,
    acknowledged: acknowledged.length,
    spooled: acknowledged.filter(({ status }) => status === 'spooled').length,
    delivered: acknowledged.filter(inKomand).length,
    lost: acknowledged.filter((each) => !inKomand(each)).map(({ key }) => key),
    phantom: [...posted.keys()].filter((body) => !bodies.has(body)),
    duplicated: [...posted].filter(([, times]) => times > 1).map(([body, times]) => `${times} × ${body}`),
    clientErrors: sent.filter(({ answer }) => answer !== 202).map(({ key, answer }) => `${key}: ${answer}`),
  };
}

/** One line with the counts, for whoever reads the run. */
export function tallyText(what: string, tally: Tally): string {
  const { sent, acknowledged, spooled, delivered, lost, phantom, duplicated, clientErrors } = tally;
  return `${what}: sent ${sent} · acknowledged ${acknowledged} (spooled ${spooled}) · delivered ${delivered} · lost ${lost.length} · phantom ${phantom.length} · duplicated ${duplicated.length} · client errors ${clientErrors.length}`;
}
