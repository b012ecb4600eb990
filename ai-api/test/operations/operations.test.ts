import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MODULES } from '../../src/catalogue/modules.ts';
import type { Kind } from '../../src/judgement/index.ts';
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

  test('all of it, and no stored judgement is adverse for a person without a person', async () => {
    const modules = Object.values(MODULES).map(({ load }) => load() as Promise<{ kinds?: readonly Kind[] }>);
    const kinds = (await Promise.all(modules)).flatMap((module) => module.kinds ?? []);
    const rows = await fixture.api.context.database
      .system('the test looks behind the API')
      .selectFrom('judgement.judgements')
      .select(['kind', 'outcome', 'engine', 'decided_by', 'adverse'])
      .where('outcome', 'is not', null)
      .execute();
    const adverse = rows.filter(({ kind, outcome }) =>
      kinds.find(({ name }) => name === kind)?.decides?.adverse.includes(outcome ?? ''),
    );
    expect(new Set(adverse.map(({ kind }) => kind))).toEqual(new Set(['approval', 'stage-gate']));
    for (const row of adverse)
      expect(row).toMatchObject({ engine: 'human', adverse: true, decided_by: expect.any(String) });
  });
});
