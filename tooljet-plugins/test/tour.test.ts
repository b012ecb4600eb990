import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { clientWay } from '../../ai-api/test/tour/client-way.ts';
import { tour } from '../../ai-api/test/tour/index.ts';
import type { Step } from '../../ai-api/test/tour/step.ts';
import { traveller } from '../../ai-api/test/tour/take.ts';
import { startWorld, type World } from '../../ai-api/test/tour/world.ts';
import { buildMarketplace } from '../build.ts';
import { LOADERS } from './loaders.ts';
import { pluginWay } from './plugin-way.ts';

describe('the plugin ai-manager, in a new context, carries out', () => {
  let folder: string;
  let world: World;
  let take: (step: Step) => Promise<void>;

  beforeAll(async () => {
    folder = await buildMarketplace(await mkdtemp(join(tmpdir(), 'marketplace-')));
    world = await startWorld();
    const load = LOADERS['in a new context'] as NonNullable<(typeof LOADERS)[string]>;
    const byPlugin = pluginWay(load(join(folder, 'ai-manager/dist/index.js')), world);
    const byClient = clientWay(world.api.url);
    // What the plugin does not offer, such as passwords, is done without it.
    take = traveller(world, (step, input, caller) =>
      (step.op.composable === false ? byClient : byPlugin)(step, input, caller),
    );
  });
  afterAll(async () => {
    await world?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(tour)('$title', (step) => take(step));
});
