import type { Reporter, TestModule } from 'vitest/node';
import { CATALOGUE } from './catalogue.js';
import { attackTable } from './attack-table.js';

/** Prints a row for every attack of the catalogue. An attack without a test fails the run as a failed test does. */
export default class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => ({
        name: test.fullName,
        passed: test.result().state === 'passed',
      })),
    );
    const { text, complete } = attackTable(CATALOGUE, tests);
    process.stdout.write(`\n${text}\n`);
    if (!complete) process.exitCode = 1;
  }
}
