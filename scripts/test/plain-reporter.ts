import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { writeTimings } from './timings.ts';

const SKIPS = join(import.meta.dirname, '..', '..', 'test-skips.json');

/** Tests that CI may skip: the full name of a test or the beginning of one, and why. */
type Skips = { test: string; reason: string }[];

/**
 * Closes a run with one plain line: `N passed, N failed, N skipped`. In CI a skipped test that test-skips.json does not
 * list counts as failed. With TEST_TIMINGS=write it writes test-timings.json.
 */
export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter(
      (module) => module.state() === 'failed' && module.errors().length > 0,
    ).length;
    const skipped = tests.filter((test) => test.result().state === 'skipped').map((test) => test.fullName);
    const unlisted = process.env.CI ? unlistedSkips(skipped) : [];
    const failed = count('failed') + broken + errors.length + unlisted.length;
    if (process.env.TEST_TIMINGS === 'write') writeTimings(modules, existsSync);
    if (unlisted.length > 0) process.exitCode = 1;
    process.on('exit', () => {
      for (const name of unlisted) console.log(`Skipped in CI, and not listed in test-skips.json: ${name}`);
      console.log(`${count('passed')} passed, ${failed} failed, ${skipped.length} skipped`);
    });
  }
}

function unlistedSkips(names: readonly string[]): string[] {
  const skips = JSON.parse(readFileSync(SKIPS, 'utf8')) as Skips;
  return names.filter((name) => !skips.some(({ test }) => name.startsWith(test)));
}
