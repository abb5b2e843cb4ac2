import type { MappingSettings, RouteSettings } from '../model/settings.js';
import type { Route } from '../model/source.js';
import { compileMapping } from './compile-mapping.js';
import type { Evaluate, Evaluation } from './evaluation.js';
import { isTrue } from './expression-value.js';
import { expressionText, type ReadFile } from './read-configured.js';
import type { SourceFault } from './source-fault.js';

export interface RouteContext {
  readonly source: string;
  /** The source's mapping, for routes without one of their own. */
  readonly map: MappingSettings | undefined;
  readonly evaluation: Evaluation;
  readonly readFile: ReadFile;
}

/** Compiles the condition and the mapping of a route. Fault pointers are relative to the route. */
export function compileRoute(settings: RouteSettings, context: RouteContext): Route | readonly SourceFault[] {
  const faults: SourceFault[] = [];
  const { source, evaluation } = context;
  const condition = compileCondition(settings.when, context);
  if (Array.isArray(condition)) faults.push(...condition);
  // A fault in the source's own mapping is reported once, at the source
  const own = settings.map ?? context.map;
  const read = readMapping(own, context.readFile);
  const map =
    'message' in read
      ? [{ pointer: '', message: read.message }]
      : compileMapping(read.mapping, settings.correlate, evaluation);
  if (typeof map !== 'function') {
    for (const { pointer, message } of map) faults.push({ pointer: `/map${pointer}`, message });
  }
  if (faults.length > 0 || typeof map !== 'function' || Array.isArray(condition)) return faults;
  return {
    name: settings.name,
    source,
    target: settings.target,
    endpoint: { kind: settings.endpoint, id: settings.endpointId },
    when:
      condition === undefined
        ? undefined
        : async ({ exact, headers }) => isTrue(await condition({ exact, headers, source })),
    map,
    onAmbiguous: settings.onAmbiguous,
    correlate: settings.correlate,
    maxAttempts: settings.maxAttempts,
    giveUpAfterMs: settings.giveUpAfter,
  };
}

function compileCondition(
  when: string | undefined,
  { evaluation, readFile }: RouteContext,
): Evaluate | SourceFault[] | undefined {
  if (when === undefined) return undefined;
  const read = expressionText(when, readFile);
  if ('message' in read) return [{ pointer: '/when', message: read.message }];
  const compiled = evaluation.compile(read.text);
  if (typeof compiled === 'function') return compiled;
  return compiled.map(({ message }) => ({ pointer: '/when', message }));
}

function readMapping(
  mapping: MappingSettings | undefined,
  readFile: ReadFile,
): { readonly mapping: MappingSettings | undefined } | { readonly message: string } {
  if (typeof mapping !== 'string') return { mapping };
  const read = expressionText(mapping, readFile);
  return 'message' in read ? read : { mapping: read.text };
}
