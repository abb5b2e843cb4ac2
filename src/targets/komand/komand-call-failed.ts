import type { ErrorClass } from '../../model/outcome.js';
import { TargetUnavailable } from '../../model/target.js';

/** A reading call that did not work out, with its class for exit codes and metrics. */
export class KomandCallFailed extends TargetUnavailable {
  constructor(
    readonly errorClass: ErrorClass,
    message: string,
  ) {
    super(message);
  }
}
