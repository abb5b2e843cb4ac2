import type { RawRequest } from '../model/request.js';
import type { Refused, Source } from '../model/source.js';

/**
 * A request whose sender is known. `authenticate` is the only way to get one, and parsing, validating and storing
 * take nothing else: an unverified body cannot reach the store by accident.
 */
export class Verified {
  private constructor(
    readonly source: Source,
    readonly request: RawRequest,
    /** Which of the source's live secrets matched. */
    readonly secretIndex: number,
  ) {}

  static async authenticate(source: Source, request: RawRequest): Promise<Verified | Refused> {
    const admission = await source.authenticate(request);
    return admission.ok ? new Verified(source, request, admission.secretIndex) : admission;
  }
}
