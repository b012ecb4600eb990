import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type Fixture, startFixture } from '../../ai-api/test/operations/fixture.ts';
import { steps } from '../../ai-api/test/operations/index.ts';
import { createRun } from '../../ai-api/test/operations/run.ts';
import { SAMPLE } from '../../ai-api/test/operations/sample.ts';
import type { Step } from '../../ai-api/test/operations/step.ts';
import { viaClient } from '../../ai-api/test/operations/via-client.ts';
import { builtMarketplace } from './built.ts';
import { LOADERS } from './loaders.ts';
import { viaPlugin } from './via-plugin.ts';

describe('the plugin ai-manager, in a new context, carries out', () => {
  let folder: string;
  let fixture: Fixture;
  let run: (step: Step) => Promise<void>;

  beforeAll(async () => {
    folder = await builtMarketplace();
    fixture = await startFixture();
    const load = LOADERS['in a new context'] as NonNullable<(typeof LOADERS)[string]>;
    const plugin = viaPlugin(load(join(folder, 'ai-manager/dist/index.js')), fixture);
    const client = viaClient(fixture.api.url);
    // What the plugin does not offer, such as passwords, is done without it, and so are most reads.
    run = createRun(fixture, (step, input, caller) =>
      (SAMPLE.has(step.operation) ? plugin : client)(step, input, caller),
    );
  });
  afterAll(async () => {
    await fixture?.close();
  });

  test.each(steps)('$title', (step) => run(step));
});
