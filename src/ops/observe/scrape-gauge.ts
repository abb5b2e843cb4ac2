import { Gauge, type Registry } from 'prom-client';

/** Defines `bridge_<name>`, filled anew at each scrape. */
export type DefineScrapeGauge = (
  name: string,
  help: string,
  labelNames: readonly string[],
  fill: (self: Gauge) => void | Promise<void>,
) => void;

/** A source that fails leaves its gauge unset, not the scrape broken: `bridge_redis_up` says why there is nothing to show. */
export function createScrapeGauge(registry: Registry): DefineScrapeGauge {
  return (name, help, labelNames, fill) => {
    new Gauge({
      name: `bridge_${name}`,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset();
        // Without labels a reset means 0, which would be a claim
        if (labelNames.length === 0) this.remove();
        try {
          await fill(this);
        } catch {
          // unset, see above
        }
      },
    });
  };
}
