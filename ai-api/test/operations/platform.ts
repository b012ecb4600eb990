import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Fixture } from './fixture.ts';
import { dayBefore } from './people.ts';
import { type AnswerOf, type Step, step } from './step.ts';

/** A job that is done counts as one whose attempts all failed: waiting for them would take minutes. */
async function dies({ api }: Fixture): Promise<void> {
  await sql`update jobs.job set state = 'failed', output = '{"message": "power cut"}'
            where id = (select id from jobs.job where name = 'evaluation.judge' and state = 'completed' limit 1)`.execute(
    api.context.database.system('the steps need a dead letter'),
  );
}

const dead = (answerOf: AnswerOf) => ({ jobId: answerOf('job.list', 'dead').items[0]?.id ?? '' });

/** What an operator looks after: jobs, the audit trail, the cost of models, the company. */
export const platform: Step[] = [
  step('health.get', {}, { matches: { status: 'ok', engine: 'model', traces: 'langfuse' } }),
  step('health.live', {}),
  step('health.ready', {}, { matches: { status: 'ready' } }),
  step('health.readyAlias', {}),
  step('connection.check', {}, { check: findsOneFault }),
  step(
    'batch.read',
    { requests: [{ operation: 'tenant.get' }, { operation: 'builder.get', input: { builderId: 'none' } }] },
    { matches: { answers: [{ status: 200, body: { name: 'default' } }, { status: 404 }] } },
  ),
  step('job.queues', {}),
  step(
    'job.list',
    { state: 'dead' },
    { name: 'dead', before: dies, matches: { items: [{ state: 'dead' }] } },
  ),
  step('job.get', dead, { matches: { state: 'dead', queue: 'evaluation.judge' } }),
  step('job.retry', dead, { eventually: true, matches: { state: 'retrying' } }),
  step('job.list', { state: 'dead', queue: 'evaluation.judge' }, { name: 'dead', before: dies }),
  step('job.discard', dead, { eventually: true }),
  step('usage.summarize', { by: 'model,purpose', kind: 'chat', limit: 20 }),
  step('usage.listCalls', { purpose: 'judgement', failed: false, limit: 5 }),
  step('usage.getTraces', {}),
  step('usage.exportTraces', { since: `${dayBefore(1)}T00:00:00Z` }),
  step('usage.setBudget', { dailyMicros: 5_000_000 }, { matches: { dailyMicros: 5_000_000, isOwn: true } }),
  step('usage.getBudget', {}, { matches: { isOwn: true } }),
  step('usage.setBudget', { dailyMicros: null }, { matches: { isOwn: false } }),
  step('tenant.update', { timezone: 'Europe/Oslo' }, { matches: { settings: { timezone: 'Europe/Oslo' } } }),
  step('tenant.get', {}, { matches: { name: 'default' } }),
  step(
    'tenant.chooseRegion',
    { region: 'eu-west-1', storedElsewhere: false },
    { matches: { dataRegion: 'eu-west-1', isHere: true } },
  ),
  step('tenant.getRegion', {}, { matches: { dataRegion: 'eu-west-1', url: null, choices: [] } }),
  step('audit.setRetention', { years: 5 }, { matches: { years: 5 } }),
  step('audit.getRetention', {}, { matches: { years: 5 } }),
  step('audit.list', { operationId: 'audit.setRetention', from: `${dayBefore(1)}T00:00:00Z` }),
  step('audit.get', (answerOf) => ({ seq: answerOf('audit.list').items[0]?.seq ?? 0 }), {
    matches: { operation: 'audit.setRetention' },
  }),
  step('audit.export', { from: `${dayBefore(1)}T00:00:00Z` }, { check: isDownloaded }),
  step('audit.reports', { kind: 'gdpr-events' }),
  step('audit.listReports', { kind: 'gdpr-events' }, { matches: { items: [{ basis: expect.any(String) }] } }),
  step('audit.getReport', (answerOf) => ({ reportId: answerOf('audit.reports').reportId }), {
    matches: { files: [{ name: 'events.csv' }, { name: 'README.md' }] },
  }),
  step('audit.verify', {}, { matches: { intact: true } }),
];

/** Nothing listens where these tests send mail; everything else answers. */
function findsOneFault({ items }: { items: { name: string; state: string; cure: string | null }[] }): void {
  expect(items.filter(({ state }) => state === 'fault')).toMatchObject([
    { name: 'mail', cure: 'Check SMTP_URL: host, port, user and password.' },
  ]);
  const ok = items.filter(({ state }) => state === 'ok').map(({ name }) => name);
  expect(ok).toEqual(
    expect.arrayContaining(['database', 'migrations', 'objects', 'cache', 'langfuse', 'langfuse traces']),
  );
}

async function isDownloaded({ data }: { data: { url: string; bytes: number } }): Promise<void> {
  const content = await (await fetch(data.url)).arrayBuffer();
  expect(content.byteLength).toBe(data.bytes);
}
