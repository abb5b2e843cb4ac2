import type { Delivery } from '../model/delivery.js';
import { deliveryId, eventIdOf, isDeliveryId, isEventId, requestIdOf, routeOf } from '../model/ids.js';
import { isJsonObject } from '../model/json.js';
import { parseObject } from '../model/parse-json.js';
import { timeOfId } from './id-time.js';

/** Ends what stands before the body. JSON texts that this program writes have no line end of their own. */
const LINE_END = '\n';

/**
 * A delivery as Redis keeps it: one JSON text, as BullMQ wants a job's data, in which the body stands last and as it came.
 * It is the largest part by far; escaped into a string it would be written, kept and read at a tenth more. What the job's
 * key and ids say already is left out.
 */
export function writeDelivery(delivery: Delivery): string {
  const { id, eventId, source: _, route, receivedAt, contentType, requestId, body, ...kept } = delivery;
  const known: Partial<Delivery> = {
    ...(id === deliveryId(eventId, route) ? {} : { eventId }),
    ...(receivedAt === timeOfId(eventId) ? {} : { receivedAt }),
    ...(requestId === requestIdOf(eventId) ? {} : { requestId }),
    ...(contentType === delivery.headers['content-type'] ? {} : { contentType }),
  };
  const head = JSON.stringify({ ...kept, ...known }).slice(0, -1);
  // What came through the door is an object or an array; what a person put in its place may be anything
  return body.startsWith('{') || body.startsWith('[')
    ? `${head},"body":${LINE_END}${body}}`
    : `${head},"text":${LINE_END}${JSON.stringify(body)}}`;
}

/** Reads what `writeDelivery` wrote. `undefined` for what is no such text. */
export function readDelivery(source: string, id: string, text: string): Delivery | undefined {
  const end = text.indexOf(LINE_END);
  if (end < 0 || !text.endsWith('}') || !isDeliveryId(id)) return undefined;
  const head = parseObject(`${text.slice(0, end)}null}`);
  if (head === undefined) return undefined;
  const { body: _, text: escaped, ...kept } = head;
  const body = text.slice(end + 1, -1);
  const eventId = typeof kept['eventId'] === 'string' ? kept['eventId'] : eventIdOf(id);
  const headers = isJsonObject(kept['headers']) ? kept['headers'] : {};
  if (!isEventId(eventId)) return undefined;
  const known = {
    id,
    eventId,
    source,
    route: routeOf(id),
    receivedAt: timeOfId(eventId),
    requestId: requestIdOf(eventId),
  };
  const contentType = headers['content-type'] ?? '';
  // Written by this program: its shape is trusted, its being there is not
  return {
    contentType,
    ...known,
    ...kept,
    body: escaped === undefined ? body : String(JSON.parse(body)),
  } as Delivery & typeof kept;
}
