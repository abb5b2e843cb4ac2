/** No Redis of our own can be had. The message is one sentence that says why and what to do. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}
