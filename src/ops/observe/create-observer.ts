import type { Observation, Observe } from '../../model/observation.js';

/**
 * Joins several observers into one that never throws: the stream must not fail because somebody watches it.
 * An observer that throws is told of once in a hundred times through `complain`.
 */
export function createObserver(observers: readonly Observe[], complain: (error: unknown) => void): Observe {
  let failures = 0;
  return (observation: Observation) => {
    for (const observe of observers) {
      try {
        observe(observation);
      } catch (error) {
        if (failures % 100 === 0) complain(error);
        failures += 1;
      }
    }
  };
}
