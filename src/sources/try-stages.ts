/** One step of a dry run. */
export interface TryStage {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly detail: string;
}

type Verdict = readonly [ok: boolean, detail: string];

/** Runs steps one after the other, and notes how each ended and how long it took. */
export function createStages(): {
  readonly list: readonly TryStage[];
  readonly run: (name: string, step: () => Verdict | Promise<Verdict>) => Promise<boolean>;
} {
  const list: TryStage[] = [];
  return {
    list,
    run: async (name, step) => {
      const started = performance.now();
      const [ok, detail] = await step();
      list.push({ name, ok, ms: performance.now() - started, detail });
      return ok;
    },
  };
}
