import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import { blockAt, listAt, textAt } from './lenient.js';
import { mapObject } from './pointer.js';

/** Defaults that depend on other values: `public_url`, and a route's name, target and `on_ambiguous`. */
export function deriveDefaults(root: JsonObject): JsonObject {
  const targets = blockAt(root, 'targets');
  const names = Object.keys(targets);
  const only = names.length === 1 ? names[0] : undefined;
  return {
    ...root,
    targets: mapObject(targets, (target) => ({
      ...(textAt(target, 'url') === undefined ? {} : { public_url: textAt(target, 'url') ?? '' }),
      ...blockAt(target),
    })),
    sources: mapObject(blockAt(root, 'sources'), (source) => {
      const routes = listAt(source, 'routes');
      if (routes.length === 0) return source;
      return { ...blockAt(source), routes: withRouteDefaults(routes, only) };
    }),
  };
}

/** The name of each route: its own, `default` for the only unnamed one, else `route-1`, `route-2` … by position. */
export function routeNames(routes: readonly Json[]): readonly string[] {
  const unnamed = routes.filter((route) => textAt(route, 'name') === undefined).length;
  return routes.map((route, i) => textAt(route, 'name') ?? (unnamed === 1 ? 'default' : `route-${i + 1}`));
}

function withRouteDefaults(routes: readonly Json[], target: string | undefined): Json[] {
  const names = routeNames(routes);
  return routes.map((route, i) => ({
    name: names[i] ?? '',
    ...(target === undefined ? {} : { target }),
    // A trigger gives no job_id, so there is nothing to look for
    on_ambiguous: isJsonObject(route) && Object.hasOwn(route, 'workflow') ? 'reconcile' : 'retry',
    ...blockAt(route),
  }));
}
