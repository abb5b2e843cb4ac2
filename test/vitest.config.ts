import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Real Redis, real processes: a condition may take its time on a busy machine, a hang may not. */
const SLOW = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  root,
  test: {
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', fileURLToPath(new URL('support/closing-line-reporter.ts', import.meta.url))],
    coverage: {
      provider: 'v8',
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: 'coverage',
      include: ['src/**/*.ts'],
      thresholds: {
        'src/intake/**': { lines: 90 },
        'src/delivery/**': { lines: 90 },
        'src/targets/**': { lines: 90 },
      },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // With coverage, on a busy machine; a hang still fails
          testTimeout: 60_000,
          include: ['test/unit/**/*.test.ts'],
          globalSetup: ['test/support/install-tools.ts'],
          setupFiles: ['test/support/fail-on-leaks.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'attacks',
          include: ['test/attacks/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          setupFiles: ['test/support/fail-on-leaks.ts'],
          ...SLOW,
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['test/{contract,integration,e2e}/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          setupFiles: ['test/support/fail-on-leaks.ts'],
          ...SLOW,
        },
      },
    ],
  },
});
