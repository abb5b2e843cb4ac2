import type { Endpoint } from '../model/delivery.js';
import { newEventId } from '../model/ids.js';
import type { RawRequest } from '../model/request.js';
import type { BodyPart, Route, Source } from '../model/source.js';
import { MappingError } from '../model/source.js';
import { keptHeaders, readBody } from './run-example.js';
import { createStages, type TryStage } from './try-stages.js';

export interface TryDeps {
  /** The request that a target's client would make; its headers without any that carry a secret. */
  readonly describe: (endpoint: Endpoint, body: string) => DescribedRequest;
}

export interface DescribedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface TriedDelivery {
  /** Position in the batch, from 0. */
  readonly event: number;
  readonly route: string;
  readonly target: string;
  readonly request: DescribedRequest & { readonly body: string };
}

export interface TriedRequest {
  /** Would it have been stored? */
  readonly ok: boolean;
  readonly stages: readonly TryStage[];
  readonly deliveries: readonly TriedDelivery[];
}

/**
 * Takes a request through a source stage by stage and stores and sends nothing. It goes on after a refusal of the
 * address or the sender, so that a body without a signature can be tried too. Makes no connection by itself; a
 * source that confirms subscriptions does so through what it was compiled with.
 */
export async function trySource(source: Source, request: RawRequest, deps: TryDeps): Promise<TriedRequest> {
  const stages = createStages();
  const { headers } = request;
  const done = (deliveries: readonly TriedDelivery[]): TriedRequest => ({
    ok: stages.list.every((stage) => stage.ok),
    stages: stages.list,
    deliveries,
  });
  await stages.run('address', () => {
    const allowed = source.addressAllowed(request.remoteAddress);
    return [allowed, `${request.remoteAddress} is ${allowed ? '' : 'not '}allowed`];
  });
  await stages.run('headers', () => [
    request.body.length <= source.maxBody,
    `${headers['content-type'] ?? 'no content type'}; takes ${source.contentTypes.join(', ')} up to ${source.maxBody} bytes`,
  ]);
  await stages.run('authenticate', async () => {
    const admission = await source.authenticate(request);
    return admission.ok
      ? [true, `secret ${admission.secretIndex + 1} matches`]
      : [false, `${admission.cause}: ${admission.detail}`];
  });
  let body: BodyPart | undefined;
  await stages.run('parse', () => {
    const read = readBody(source, request);
    if (typeof read === 'string') return [false, read];
    body = read;
    return [true, `${read.text.length} characters of JSON`];
  });
  if (body === undefined) return done([]);
  const whole = body;
  let answered = false;
  await stages.run('handshake', async () => {
    const answer = await source.handshake?.(request, whole.value);
    answered = answer !== undefined;
    return [
      true,
      answer === undefined ? 'an ordinary event' : `${answer.kind}: answered with ${answer.status}`,
    ];
  });
  if (answered) return done([]);
  let parts: readonly BodyPart[] = [whole];
  await stages.run('split', () => {
    parts = source.split?.(whole) ?? parts;
    return [true, source.split === undefined ? 'not split' : `${parts.length} events`];
  });
  const deliveries: TriedDelivery[] = [];
  for (const [event, part] of parts.entries()) {
    const label = source.split === undefined ? '' : ` ${event}`;
    const valid = await stages.run(`validate${label}`, () => {
      const errors = source.validate(part.value);
      const told = errors.map(({ pointer, message }) => `${pointer || '/'} ${message}`);
      return [errors.length === 0, told.join('; ') || 'matches the schema'];
    });
    await stages.run(`delivery key${label}`, () => [true, source.deliveryKey(request, part)]);
    if (!valid) continue;
    for (const route of source.routes) {
      const tried = await tryRoute(source, route, request, part, stages.run, label);
      if (tried === undefined) continue;
      const described = { ...deps.describe(route.endpoint, tried), body: tried };
      deliveries.push({ event, route: route.name, target: route.target, request: described });
    }
  }
  return done(deliveries);
}

/** The text that would go along this route, or `undefined` where the event does not take it or cannot be mapped. */
async function tryRoute(
  source: Source,
  route: Route,
  request: RawRequest,
  part: BodyPart,
  run: ReturnType<typeof createStages>['run'],
  label: string,
): Promise<string | undefined> {
  const headers = keptHeaders(source, request);
  let takes = true;
  await run(`route ${route.name}${label}`, async () => {
    if (route.when === undefined) return [true, 'takes every event'];
    try {
      takes = await route.when({ exact: part.exact, headers });
      return [true, takes ? 'the condition holds' : 'the condition does not hold'];
    } catch (error) {
      if (!(error instanceof MappingError)) throw error;
      return [false, `the condition failed, so the event takes the route all the same: ${error.message}`];
    }
  });
  if (!takes) return undefined;
  let text: string | undefined;
  await run(`map ${route.name}${label}`, async () => {
    try {
      const { receivedAt } = request;
      const eventId = newEventId(receivedAt);
      ({ text } = await route.map({ body: part.text, headers, source: source.name, eventId, receivedAt }));
      return [true, `${Buffer.byteLength(text)} bytes`];
    } catch (error) {
      if (!(error instanceof MappingError)) throw error;
      return [false, error.message];
    }
  });
  return text;
}
