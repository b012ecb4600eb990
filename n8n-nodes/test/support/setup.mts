import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { build } from '../../scripts/build.mts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder that is gone when the tests are over. */
    scratch: string;
  }
}

/** The tests run what would be published, so it is built first. */
export default function setup(project: TestProject): () => void {
  build();
  const scratch = mkdtempSync(join(tmpdir(), 'n8n-nodes-'));
  project.provide('scratch', scratch);
  return () => rmSync(scratch, { recursive: true, force: true });
}
