import type { Json, JsonObject } from '../model/json.js';
import type { Report } from './config-fault.js';
import { routeNames } from './derive-defaults.js';
import { blockAt, listAt, textAt, textsAt } from './lenient.js';
import { didYouMean } from './nearest-name.js';
import { isNetworkRange } from './network-range.js';
import { pointerOf } from './pointer.js';

/** What the schema cannot say of sources and their routes. */
export function checkSources(root: JsonObject, presets: readonly string[], report: Report): void {
  const targets = Object.keys(blockAt(root, 'targets'));
  const proxies = listAt(blockAt(root, 'http'), 'trust_proxy').length;
  for (const [name, source] of Object.entries(blockAt(root, 'sources'))) {
    const at = (...path: string[]): string => pointerOf(['sources', name, ...path]);
    const preset = textAt(source, 'preset') ?? 'generic';
    if (!presets.includes(preset)) {
      report(
        at('preset'),
        'is no preset; `komand-bridge presets list` shows them',
        didYouMean(preset, presets),
      );
    }
    for (const [i, range] of textsAt(source, 'allow_ips')) {
      if (!isNetworkRange(range)) {
        report(at('allow_ips', String(i)), 'must be an address or a CIDR range such as 10.0.0.0/8');
      }
    }
    const auth = blockAt(source, 'auth');
    const mtls = textAt(auth, 'type') === 'mtls' || Object.hasOwn(auth, 'allowed');
    if (mtls && textAt(auth, 'header') !== undefined && proxies === 0) {
      report(at('auth', 'header'), 'needs http.trust_proxy: anybody else could send this header');
    }
    checkRoutes(listAt(source, 'routes'), targets, (path) => at('routes', ...path), report);
  }
}

function checkRoutes(
  routes: readonly Json[],
  targets: readonly string[],
  at: (path: readonly string[]) => string,
  report: Report,
): void {
  const first = new Map<string, number>();
  for (const [i, name] of routeNames(routes).entries()) {
    const earlier = first.get(name);
    if (earlier !== undefined) {
      report(
        at([String(i), 'name']),
        `is called "${name}" like route ${earlier}; names must differ within a source`,
      );
    }
    first.set(name, earlier ?? i);
  }
  for (const [i, item] of routes.entries()) {
    checkTarget(blockAt(item), targets, at, i, report);
  }
}

function checkTarget(
  route: JsonObject,
  targets: readonly string[],
  at: (path: readonly string[]) => string,
  index: number,
  report: Report,
): void {
  const target = textAt(route, 'target');
  if (targets.length === 0) {
    report(at([String(index)]), 'leads nowhere: there is no target; name one under "targets"');
  } else if (target === undefined) {
    if (targets.length === 1 || Object.hasOwn(route, 'target')) return;
    report(at([String(index)]), `needs "target", because there are several: ${targets.join(', ')}`);
  } else if (!targets.includes(target)) {
    report(at([String(index), 'target']), 'is no target of this file', didYouMean(target, targets));
  }
}
