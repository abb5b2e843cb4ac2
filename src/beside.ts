import type { Ingress } from './open-ingress.js';
import type { WorkerRole } from './open-worker.js';

/** The other roles of this process, where it has them. */
export interface Beside {
  readonly ingress: () => Ingress | undefined;
  readonly worker: () => WorkerRole | undefined;
}
