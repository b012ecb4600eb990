import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientWay } from './client-way.ts';
import { tour } from './index.ts';
import { allOperations, type Step } from './step.ts';
import { traveller } from './take.ts';
import { startWorld, type World } from './world.ts';

test('the tour comes by every operation of the contracts', () => {
  const seen = new Set(tour.map(({ operation }) => operation));
  const names = allOperations().map(([id]) => id);
  expect(names.filter((id) => !seen.has(id))).toEqual([]);
});

describe('the tour by the typed client', () => {
  let world: World;
  let take: (step: Step) => Promise<void>;
  beforeAll(async () => {
    world = await startWorld();
    take = traveller(world, clientWay(world.api.url));
  });
  afterAll(() => world.close());

  test.each(tour)('$title', (step) => take(step));
});
