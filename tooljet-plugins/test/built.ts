import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildMarketplace } from '../build.ts';

let built: Promise<string> | undefined;

/** The marketplace folder, built once for all test files of a worker, which only read it. */
export function builtMarketplace(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'marketplace-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return buildMarketplace(folder);
}
