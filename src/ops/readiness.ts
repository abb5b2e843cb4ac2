/** One thing that must hold before traffic may come. `detail` is for operators and holds no secret. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly ReadinessCheck[];
}

/** Komand is not among the checks: while it is away, events are what the queue is for. */
export function summarize(checks: readonly ReadinessCheck[]): Readiness {
  return { ready: checks.every((check) => check.ok), checks };
}
