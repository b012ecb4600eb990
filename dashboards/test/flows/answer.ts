import { expect, test } from 'vitest';
import { evaluate } from '../../../ai-api/test/runs.ts';
import { fill, type PreviewFixture, press, text } from '../preview-fixture.ts';

const WEEK = '2026-W43';
const ANSWER = 'Two days of that week went into the audit, which no tracker sees.';

/** A builder answers the result of a week from the mail about it. */
export function answerFlows(fixture: () => PreviewFixture): void {
  test('a builder answers a week in two clicks: the button of its mail, and Answer', async () => {
    const { api, open } = fixture();
    await api.client.tenant.update({ answerWindowHours: 48 });
    const { runId } = await evaluate(api.client, { week: WEEK });
    await api.client.tenant.update({ answerWindowHours: 0 });
    const [builder] = (await api.client.builder.list({ limit: 1 })).items;
    const { items } = await api.client.evaluation.listEmails({ runId, limit: 200 });
    const mail = items.find(({ to }) => to === builder?.email);

    const page = await open('builder', 'my-history');
    await page.setContent(mail?.html ?? '');
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'See reasons, and answer' }).click();
    const week = await opened;
    await week.waitForSelector('body[data-ready]');
    await fill(week, 'answerText', ANSWER);
    expect(await press(week, 'answerSend')).toBe('Your answer is kept with the week.');
    expect(await text(week, 'answerHint')).toContain('Others do not see this week yet.');

    const evaluationId = mail?.evaluationId ?? '';
    expect(await api.client.evaluation.get({ evaluationId })).toMatchObject({
      week: WEEK,
      answer: { text: ANSWER },
    });
    await week.close();
    await page.close();
  });
}
