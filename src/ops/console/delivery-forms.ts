import { callBack, reasonOf } from './call-back.js';
import { showDetail } from './delivery-detail.js';
import { textAt } from './fields.js';
import { withFlash } from './flash.js';
import type { Page, PageAnswer, PageRequest } from './page.js';

/** The forms of a delivery's screen: each is one verb of the API, and comes back to the screen either way. */
export function deliveryFormPages(): readonly Page[] {
  return [
    { method: 'POST', path: '/deliveries/:id/retry', handler: (request) => act(request, 'retry', 'retried') },
    {
      method: 'POST',
      path: '/deliveries/:id/discard',
      handler: (request) => act(request, 'discard', 'discarded'),
    },
    { method: 'POST', path: '/deliveries/:id/replay', handler: replay },
  ];
}

function act(
  request: PageRequest,
  verb: 'retry' | 'discard',
  done: 'retried' | 'discarded',
): Promise<PageAnswer> {
  const id = request.params['id'] ?? '';
  const body = { reason: reasonOf(request) };
  return answer(request, async () => {
    await request.call(`POST /api/v1/deliveries/:id/${verb}`, { params: { id }, body });
    return withFlash(addressOf(id), done);
  });
}

function replay(request: PageRequest): Promise<PageAnswer> {
  const id = request.params['id'] ?? '';
  return answer(request, async () => {
    const original = await request.call('GET /api/v1/deliveries/:id', { params: { id } });
    // A browser's text field turns every line end into CR LF
    const given = (request.form.get('body') ?? '').replaceAll('\r\n', '\n');
    const unchanged = given === textAt(original, 'body')?.replaceAll('\r\n', '\n');
    const made = await request.call('POST /api/v1/deliveries/:id/replay', {
      params: { id },
      body: { reason: reasonOf(request), ...(unchanged ? {} : { body: given }) },
    });
    return withFlash(addressOf(textAt(made, 'id') ?? id), 'replayed');
  });
}

function answer(request: PageRequest, change: () => Promise<string>): Promise<PageAnswer> {
  return callBack(change, (wrong) => showDetail(request, { ...wrong, draft: request.form }));
}

function addressOf(id: string): string {
  return `/deliveries/${encodeURIComponent(id)}`;
}
