import type { Json } from '../model/json.js';
import type { EventSeen, RequestReceived } from '../model/observation.js';
import type { Problem } from '../model/problem.js';
import type { RawRequest } from '../model/request.js';
import type { Source } from '../model/source.js';

/** The pipeline behind the door. */
export interface Intake {
  find(name: string): Source | undefined;
  /** Throws `Problem`. */
  checkHead(
    source: Source,
    head: {
      readonly headers: Readonly<Record<string, string>>;
      readonly repeatedHeaders: ReadonlySet<string>;
    },
  ): void;
  receive(source: Source, request: RawRequest): Promise<Answer>;
}

/** What is sent back, and what is told to observers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
  readonly problem?: Problem;
  readonly refusal?: NonNullable<RequestReceived['refusal']>;
  readonly events: readonly EventSeen[];
  readonly secretIndex?: number;
}
