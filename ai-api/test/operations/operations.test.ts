import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';
import { steps } from './index.ts';
import { createRun } from './run.ts';
import { allOperations, type Step } from './step.ts';
import { viaClient } from './via-client.ts';

test('the steps call every operation of the contracts', () => {
  const seen = new Set(steps.map(({ operation }) => operation));
  const names = allOperations().map(([id]) => id);
  expect(names.filter((id) => !seen.has(id))).toEqual([]);
});

describe('the typed client carries out', () => {
  let fixture: Fixture;
  let run: (step: Step) => Promise<void>;
  beforeAll(async () => {
    fixture = await startFixture();
    run = createRun(fixture, viaClient(fixture.api.url));
  });
  afterAll(() => fixture.close());

  test.each(steps)('$title', (step) => run(step));
});
