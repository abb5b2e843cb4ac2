/** The key of the event that a job was started with; empty where there is none. @param {string} body */
export function keyOf(body) {
  try {
    return String(JSON.parse(body).id);
  } catch {
    return '';
  }
}
