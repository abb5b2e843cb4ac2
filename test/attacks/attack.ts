import type { Socket } from 'node:net';
import type { RawOptions } from '../support/raw-http.js';

/** One hostile input and the answer it must get. The ids are those of the catalogue of attacks (H, J, S, P …). */
export interface Attack {
  readonly id: string;
  readonly title: string;
  /** The bytes, or what drives the socket. */
  readonly input: () => string | Buffer | ((socket: Socket) => void);
  readonly expect: {
    /** Of each answer, in order; empty: no answer at all. */
    readonly statuses: readonly number[];
    /** The connection is closed by the listener. */
    readonly closed?: true;
    readonly allow?: string;
    readonly code?: string;
  };
  /** Events that may end up stored: 0 unless the input is good after all. */
  readonly stored?: number;
  /** The texts of the bodies stored, where it matters that they are kept digit for digit. */
  readonly bodies?: readonly string[];
  /** To a JSON Schema, which knows doubles only, this is no number: refused there with 422. */
  readonly untyped?: true;
  /** What must not show up in anything that is answered or told. */
  readonly hidden?: string;
  readonly options?: RawOptions;
}
