import { isJsonObject, type Json } from '../model/json.js';
import type { DeliveryKeySettings, HttpSettings, SourceSettings } from '../model/settings.js';
import type { Route, Source } from '../model/source.js';
import { compileAddressList, isAddressRange } from './address-list.js';
import type { AuthDeps } from './auth/create-authenticator.js';
import { bodySecrets, compileAuth } from './compile-auth.js';
import { compilePings } from './compile-pings.js';
import { compileRoute } from './compile-route.js';
import { compileDeliveryKey } from './delivery-key.js';
import { createEvaluation } from './evaluation.js';
import { eventTypeHeaders } from './event-type.js';
import { compileExtract, extractContentTypes } from './extract-body.js';
import { compileHandshake, compilePreflight } from './handshakes/compile-handshakes.js';
import { escapePointer } from './mapping-text.js';
import type { KeySettings, Preset } from './preset.js';
import { readOr } from './read-configured.js';
import { compileSchema, type Validate } from './schema-validator.js';
import type { SourceFault } from './source-fault.js';
import { compileSplit } from './split-body.js';
import { withoutBodySecret } from './without-body-secret.js';

/** Puts one source together from its settings and its preset. Fault pointers are relative to the source. */
export function compileSource(
  settings: SourceSettings,
  preset: Preset,
  http: HttpSettings,
  deps: AuthDeps,
): Source | readonly SourceFault[] {
  const faults: SourceFault[] = [];
  const keep = <T>(part: T | readonly SourceFault[]): T | undefined => {
    if (!Array.isArray(part)) return part as T;
    faults.push(...(part as readonly SourceFault[]));
    return undefined;
  };
  const authenticate = keep(compileAuth(settings.auth, preset, deps));
  const validate = keep(compileValidate(settings, preset, deps));
  const evaluation = createEvaluation(preset);
  const pings = keep(compilePings(preset, evaluation));
  const routes: Route[] = [];
  settings.routes.forEach((route, i) => {
    const context = { source: settings.name, map: settings.map, evaluation, readFile: deps.readFile };
    const compiled = compileRoute(route, context);
    if ('endpoint' in compiled) routes.push(compiled);
    else
      faults.push(
        ...compiled.map((each) => ({ ...each, pointer: routePointer(i, route.map, each.pointer) })),
      );
  });
  settings.allowIps.forEach((range, i) => {
    if (!isAddressRange(range))
      faults.push({ pointer: `/allow_ips/${i}`, message: 'is not an address or a range' });
  });
  if (faults.length > 0 || authenticate === undefined || validate === undefined || pings === undefined) {
    return distinct(faults);
  }
  const split = settings.split === undefined ? preset.split : { path: settings.split, envelope: [] };
  const handshakeDeps = { fetchText: deps.fetchText, authenticate };
  return {
    name: settings.name,
    preset: preset.name,
    authenticate,
    preflight: compilePreflight(preset.handshakes, handshakeDeps),
    addressAllowed: compileAddressList(settings.allowIps),
    contentTypes: [...preset.contentTypes, ...extractContentTypes(preset.extract)],
    maxBody: settings.maxBody ?? preset.maxBody ?? http.maxBody,
    extract: withoutBodySecret(compileExtract(preset.extract), bodySecrets(settings.auth, preset)),
    bodyOptional: preset.extract.as === 'cloudevents',
    handshake: compileHandshake(preset.handshakes, pings.list, preset.acceptedStatus, handshakeDeps),
    split: split === undefined ? undefined : compileSplit(split),
    validate,
    deliveryKey: compileDeliveryKey(keysOf(settings.deliveryKey, preset), split !== undefined),
    dedupeWindowMs: settings.dedupeWindow ?? preset.dedupeWindowMs,
    onInvalid: settings.onInvalid,
    acceptedStatus: preset.acceptedStatus,
    keepHeaders: lowerCase([
      ...preset.keepHeaders,
      ...eventTypeHeaders(preset.eventType),
      ...settings.keepHeaders,
    ]),
    rateLimit: settings.rateLimit,
    maxPending: settings.maxPending,
    expectedIntervalMs: settings.expectedInterval,
    routes,
  };
}

/** A mapping that the route inherits stands at the source. */
function routePointer(index: number, own: SourceSettings['map'], pointer: string): string {
  return own === undefined && pointer.startsWith('/map') ? pointer : `/routes/${index}${pointer}`;
}

function distinct(faults: readonly SourceFault[]): readonly SourceFault[] {
  return [...new Map(faults.map((fault) => [`${fault.pointer} ${fault.message}`, fault])).values()];
}

function compileValidate(
  { schema }: SourceSettings,
  preset: Preset,
  deps: AuthDeps,
): Validate | readonly SourceFault[] {
  const fault = (message: string): SourceFault[] => [
    { pointer: schema === undefined ? '/preset' : '/schema', message },
  ];
  let json = preset.schema;
  if (schema !== undefined) {
    const read = readOr(schema, deps.readFile);
    if ('message' in read) return fault(read.message);
    const parsed = parseSchema(read.text);
    if (parsed === undefined) return fault('the file is not a JSON Schema: it holds no JSON object');
    json = parsed;
  }
  const compiled = compileSchema(json);
  return compiled.ok ? compiled.validate : compiled.faults.flatMap(fault);
}

function parseSchema(text: string): Json | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function keysOf(settings: DeliveryKeySettings | undefined, preset: Preset): readonly KeySettings[] {
  if (settings === undefined) return preset.deliveryKeys;
  return settings.from === 'hash' ? [] : [settings];
}

function lowerCase(names: readonly string[]): readonly string[] {
  return [...new Set(names.map((name) => name.toLowerCase()))];
}

/** JSON pointer of a source in the configuration file. */
export function sourcePointer(name: string): string {
  return `/sources/${escapePointer(name)}`;
}
