import { sql } from 'kysely';
import { expect } from 'vitest';
import { dayBefore } from './people.ts';
import { type Said, type Step, step } from './step.ts';
import type { World } from './world.ts';

/** A job that is done counts as one whose attempts all failed: waiting for them would take minutes. */
async function dies({ api }: World): Promise<void> {
  await sql`update jobs.job set state = 'failed', output = '{"message": "power cut"}'
            where id = (select id from jobs.job where name = 'evaluation.judge' and state = 'completed' limit 1)`.execute(
    api.context.database.system('the tour makes a dead letter'),
  );
}

const dead = (said: Said) => ({ jobId: said('job.list', 'dead').items[0]?.id ?? '' });

/** What whoever operates the platform looks after: jobs, the trail, the cost of models, the company. */
export const operations: Step[] = [
  step('health.get', {}, { shows: { status: 'ok', engine: 'model', traces: 'langfuse' } }),
  step('health.live', {}),
  step('health.ready', {}, { shows: { status: 'ready' } }),
  step('health.readyAlias', {}),
  step(
    'batch.read',
    { requests: [{ operation: 'tenant.get' }, { operation: 'builder.get', input: { builderId: 'none' } }] },
    { shows: { answers: [{ status: 200, body: { name: 'default' } }, { status: 404 }] } },
  ),
  step('job.queues', {}),
  step('job.list', { state: 'dead' }, { name: 'dead', before: dies, shows: { items: [{ state: 'dead' }] } }),
  step('job.get', dead, { shows: { state: 'dead', queue: 'evaluation.judge' } }),
  step('job.retry', dead, { patient: true, shows: { state: 'retrying' } }),
  step('job.list', { state: 'dead', queue: 'evaluation.judge' }, { name: 'dead', before: dies }),
  step('job.discard', dead, { patient: true }),
  step('usage.summarize', { by: 'model,purpose', kind: 'chat', limit: 20 }),
  step('usage.listCalls', { purpose: 'judgement', failed: false, limit: 5 }),
  step('usage.getTraces', {}),
  step('usage.exportTraces', { since: `${dayBefore(1)}T00:00:00Z` }),
  step('usage.setBudget', { dailyMicros: 5_000_000 }, { shows: { dailyMicros: 5_000_000, isOwn: true } }),
  step('usage.getBudget', {}, { shows: { isOwn: true } }),
  step('usage.setBudget', { dailyMicros: null }, { shows: { isOwn: false } }),
  step('tenant.update', { timezone: 'Europe/Oslo' }, { shows: { settings: { timezone: 'Europe/Oslo' } } }),
  step('tenant.get', {}, { shows: { name: 'default' } }),
  step('audit.setRetention', { years: 5 }, { shows: { years: 5 } }),
  step('audit.getRetention', {}, { shows: { years: 5 } }),
  step('audit.list', { operationId: 'audit.setRetention', from: `${dayBefore(1)}T00:00:00Z` }),
  step('audit.get', (said) => ({ seq: said('audit.list').items[0]?.seq ?? 0 }), {
    shows: { operation: 'audit.setRetention' },
  }),
  step('audit.export', { from: `${dayBefore(1)}T00:00:00Z` }, { check: isDownloaded }),
  step('audit.reports', { kind: 'gdpr-access', subject: 'builder:b-0001' }),
  step('audit.erase', { subject: 'builder:b-0001', reason: 'They asked for it.' }),
  step('audit.verify', {}, { shows: { intact: true } }),
];

async function isDownloaded({ data }: { data: { url: string; bytes: number } }): Promise<void> {
  const content = await (await fetch(data.url)).arrayBuffer();
  expect(content.byteLength).toBe(data.bytes);
}
