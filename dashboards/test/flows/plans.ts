import { expect, test } from 'vitest';
import { fill, type PreviewFixture, press, row, tab, text } from '../preview-fixture.ts';

const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);

/** A plan from its beginning to its end, by an executive and the builder. */
export function planFlows(fixture: () => PreviewFixture): void {
  test('an executive agrees on a plan, the builder checks in, and the executive closes it', async () => {
    const { api, open } = fixture();
    const [builder] = (await api.client.builder.list({ limit: 1 })).items;
    const page = await open('executive', 'plans');
    await tab(page, 'New plan');
    await fill(page, 'planBuilder', builder?.builderId ?? '');
    await fill(page, 'planStart', day(0));
    await fill(page, 'planEnd', day(28));
    await fill(page, 'planReason', 'Two weeks without a result in the note.');
    await fill(page, 'planGoals', 'Weekly notes: a note every Friday\nGoals: half of them are met');
    expect(await press(page, 'planCreate')).toBe('The plan is created.');
    await tab(page, 'Plan');
    expect(await text(page, 'planCard')).toContain('a note every Friday');

    const mine = await open('builder', 'my-goals');
    await tab(mine, 'Check in');
    await fill(mine, 'myPlanGoal', 'goal-1');
    await fill(mine, 'myPlanPercent', '25');
    await fill(mine, 'myPlanNote', 'The first note names a result.');
    expect(await press(mine, 'myPlanCheckIn')).toContain('The check-in is saved');
    await mine.close();

    await press(page, 'plansRefresh');
    await row(page, 'plansTable', builder?.name);
    await tab(page, 'Check-ins');
    expect(await text(page, 'planCheckIns')).toContain('The first note names a result.');
    await tab(page, 'Extend or close');
    await fill(page, 'planNewEnd', day(35));
    await fill(page, 'planWhy', 'A week of holidays was in between.');
    expect(await press(page, 'planExtend')).toBe('The plan is extended.');
    await fill(page, 'planOutcome', 'met');
    await fill(page, 'planWhy', 'Every note named a result.');
    expect(await press(page, 'planClose')).toBe('The plan is closed.');
    await tab(page, 'Plan');
    expect(await text(page, 'planCard')).toContain('Every note named a result.');
    await page.close();
  });
}
