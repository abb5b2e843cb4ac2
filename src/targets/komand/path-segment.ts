/**
 * An id as one segment of a path. Ids come from Komand too, so whatever they hold must neither throw (half a
 * surrogate pair) nor climb (a segment of dots alone).
 */
export function pathSegment(id: string): string {
  if (/^[\w-]+$/.test(id)) return id;
  if (/^\.+$/.test(id)) return id.replaceAll('.', '%2E');
  return encodeURIComponent(id.replaceAll(/\p{Surrogate}/gu, '\uFFFD'));
}
