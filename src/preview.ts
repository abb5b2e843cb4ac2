import { parseText } from './intake/parse-body.js';
import { Problem } from './model/problem.js';
import { MappingError, type Source } from './model/source.js';
import type { Preview } from './ops/admin/ports.js';

/** What a delivery's source would do with it now; `doorUrl` is where senders reach this bridge. */
export function createPreview(deps: {
  readonly sources: () => ReadonlyMap<string, Source>;
  readonly doorUrl: () => string;
}): Preview {
  const { sources, doorUrl } = deps;
  return {
    async map(delivery) {
      const routes = sources().get(delivery.source)?.routes ?? [];
      const route = routes.find(({ name }) => name === delivery.route);
      if (route === undefined) return { error: 'Its route is not configured any more.' };
      try {
        const { text } = await route.map(delivery);
        return { body: text };
      } catch (error) {
        if (!(error instanceof MappingError)) throw error;
        return { error: error.message };
      }
    },

    check(name, body) {
      const source = sources().get(name);
      if (source === undefined) throw new Problem('conflict', 409, 'Its source is no longer configured.');
      if (Buffer.byteLength(body) > source.maxBody)
        throw new Problem('body_too_large', 413, `The source takes ${source.maxBody} bytes at most.`);
      const errors = source.validate(parseText(body).value);
      if (errors.length === 0 || source.onInvalid === 'accept') return;
      const sentence = 'The edited body does not match the schema of its source.';
      throw new Problem('schema_mismatch', 422, sentence, { errors });
    },

    hookUrl: (source) => `${doorUrl()}/hooks/${encodeURIComponent(source)}`,
  };
}
