import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { TestModule } from 'vitest/node';

const ROOT = join(import.meta.dirname, '..', '..');
const FILE = join(ROOT, 'test-timings.json');

/** The path of a test file as the committed lists name it. */
export function pathOf(file: string): string {
  return relative(ROOT, file).replaceAll('\\', '/');
}

/** Seconds that each test file took when the committed timings were written. */
export function readTimings(): ReadonlyMap<string, number> {
  return new Map(Object.entries(JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, number>));
}

/** Writes how long the files of a run took. Files that were not run keep their time; those that are gone lose it. */
export function writeTimings(modules: readonly TestModule[], exists: (path: string) => boolean): void {
  const timings = new Map(readTimings());
  for (const module of modules) {
    const { collectDuration, setupDuration, duration } = module.diagnostic();
    const seconds = Math.round((collectDuration + setupDuration + duration) / 1000);
    timings.set(pathOf(module.moduleId), seconds);
  }
  const kept = [...timings].filter(([path]) => exists(join(ROOT, path)));
  // By name, so that a change of one file is a change of one line.
  kept.sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}
