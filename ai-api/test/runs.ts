import { expect, vi } from 'vitest';
import { ApiError, type Client } from '../src/catalogue/client.ts';
import type { Database } from '../src/platform/database/index.ts';
import { SAMPLE_WEEK } from './api.ts';

export type Run = Awaited<ReturnType<Client['evaluation']['getRun']>>;

/** Waits until a run is completed. */
export function completed(client: Client, runId: string): Promise<Run> {
  const look = async () => {
    const run = await client.evaluation.getRun({ runId });
    expect(run.status).toBe('completed');
    return run;
  };
  return vi.waitFor(look, { timeout: 90_000, interval: 100 });
}

/** Starts the evaluation of the sample's newest week, or of another, with or without figures, and waits for its end. */
export async function evaluate(
  client: Client,
  input: { week?: string; dryRun?: boolean } = {},
): Promise<Run> {
  const { runId } = await client.evaluation.startWeekly({ week: SAMPLE_WEEK, allowEmpty: true, ...input });
  return completed(client, runId);
}

/** The problem that a call is answered with. */
export async function problem(answer: Promise<unknown>) {
  const error = await answer.then(
    () => expect.fail('it was answered'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiError)) throw error;
  return { status: error.status, code: error.code };
}

/** Every item of a list, page by page. */
export async function everyItem<T>(
  list: (page: { cursor?: string }) => Promise<{ items: T[]; nextCursor: string | null }>,
): Promise<T[]> {
  const { items, nextCursor } = await list({});
  if (nextCursor === null) return items;
  return [...items, ...(await everyItem((page) => list({ cursor: nextCursor, ...page })))];
}

/** Evaluations of a run beside the judgements they rest on, as the tables hold them. */
export function storedEvaluations(database: Database, runId: string) {
  return database
    .system('the test looks behind the API')
    .selectFrom('evaluations.evaluations as evaluation')
    .leftJoin('judgement.judgements as judgement', 'judgement.id', 'evaluation.judgement_id')
    .select(['evaluation.builder_id', 'evaluation.status', 'evaluation.attempts'])
    .select(['judgement.id as judgement_id', 'judgement.subject_id', 'judgement.rules'])
    .where('evaluation.run_id', '=', runId)
    .orderBy('evaluation.builder_id')
    .execute();
}

/** How many judgements of a kind there are. */
export async function countJudgements(database: Database, kind: string): Promise<number> {
  const rows = await database
    .system('the test looks behind the API')
    .selectFrom('judgement.judgements')
    .select('id')
    .where('kind', '=', kind)
    .execute();
  return rows.length;
}

/** So many builders with a good week and no projects. */
export function smallCompany(size: number, week = SAMPLE_WEEK) {
  const ids = Array.from({ length: size }, (_, n) => `b-${n + 1}`);
  return {
    builders: ids.map((builder_id) => ({
      builder_id,
      name: `Builder ${builder_id}`,
      email: `${builder_id}@sample-company.example`,
      team: 'Orchard',
      title: null,
      status: 'active',
      started_on: '2026-01-05',
      weekly_hours: 40,
      timezone: null,
    })),
    metrics: ids.map((builder_id) => ({
      builder_id,
      week,
      hours_worked: 40,
      active_days: 5,
      brainlift_quality: 80,
      brainlift_entries: 4,
      goals_set: 4,
      goals_met: 3,
      note: 'A note that is long enough.',
    })),
  };
}
