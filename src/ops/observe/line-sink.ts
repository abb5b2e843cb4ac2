import { Writable } from 'node:stream';

/** A stream that hands each line to a function, for a log that is read by a test or a tail. */
export class LineSink extends Writable {
  constructor(private readonly take: (line: string) => void) {
    super({ decodeStrings: false });
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    for (const line of String(chunk).split('\n')) this.take(line);
    done();
  }
}
