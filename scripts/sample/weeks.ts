import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { until } from './wait.ts';

const PAGE = 500;

/**
 * Judges weeks as their mails were sent long ago: no e-mail of them is left to send. The sample company agreed on no time
 * to answer, so that its reports can be seen at once.
 */
export async function pastWeeks(client: Client, weeks: readonly string[]): Promise<void> {
  await client.tenant.update({ answerWindowHours: 0 });
  for (const week of weeks) {
    const runId = await evaluate(client, week);
    const { items } = await client.evaluation.listEmails({ runId, limit: PAGE });
    for (const { evaluationId } of items) await client.evaluation.markNotified({ evaluationId });
  }
}

/** Judges one week and waits for its end. @returns the run */
export async function evaluate(client: Client, week: string): Promise<string> {
  const { runId } = await client.evaluation.startWeekly({ week });
  const isDone = async () => (await client.evaluation.getRun({ runId })).status === 'completed';
  await until(isDone, `the run of ${week}`);
  return runId;
}

/** Two reviewers look at judgements; they agree mostly. */
export async function reviews(reviewers: readonly Client[]): Promise<void> {
  for (const [index, reviewer] of reviewers.entries()) {
    for (let number = 0; number < 7; number++) {
      const { review } = await reviewer.reviews.next({});
      if (!review) break;
      const { grade } = review.judgement;
      const value = number % 4 === 3 + index ? 'C' : /^[A-E]$/.test(grade) ? grade : 'C';
      await reviewer.reviews.complete({ reviewId: review.reviewId, scores: [{ config: 'grade', value }] });
    }
  }
}
