import type { RefusalCause, Refused } from '../../model/source.js';

/** A refusal, for operators only: `detail` holds no secret and no expected signature. */
export function refused(cause: RefusalCause, detail: string): Refused {
  return { ok: false, cause, detail };
}

/** The first refusal among steps that were all carried out, so that none of them can be told by its time. */
export function firstRefusal(...steps: readonly unknown[]): Refused | undefined {
  return steps.find(isRefused);
}

export function isRefused(step: unknown): step is Refused {
  return typeof step === 'object' && step !== null && 'ok' in step && step.ok === false;
}
