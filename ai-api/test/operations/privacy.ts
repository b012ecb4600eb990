import { sql } from 'kysely';
import { expect, vi } from 'vitest';
import type { Fixture } from './fixture.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const asked = {
  reason: 'Letter 17',
  verification: 'They asked from the address on file.',
} as const;
const of = (name: string) => (answerOf: AnswerOf) => ({
  requestId: answerOf('privacyRequest.create', name).requestId,
});
const PASSWORD = 'a password of the officer';
const who = 'privacy@sample-company.example';
/** Records what the officer confirms. */
const clerk = 'clerk@sample-company.example';

/** Nothing fails here by itself. */
async function hasFailed({ api }: Fixture, answerOf: AnswerOf): Promise<void> {
  const { requestId } = answerOf('privacyRequest.exportCompany');
  await vi.waitFor(async () => {
    const { state } = await api.client.privacyRequest.get({ requestId });
    expect(state).toBe('done');
  }, 30_000);
  await sql`update privacy.requests set state = 'failed', ended_at = null where id = ${requestId}`.execute(
    api.context.database.system('the steps need a request that failed'),
  );
}

/** A person is exported, objects and is erased; another is under hold; the company is exported. */
export const privacy: Step[] = [
  step(
    'user.create',
    { email: who, name: 'The privacy officer', roles: ['admin'], password: PASSWORD },
    { name: 'officer' },
  ),
  step(
    'user.create',
    { email: clerk, name: 'The privacy clerk', roles: ['admin'], password: PASSWORD },
    { name: 'clerk' },
  ),
  step(
    'disclosure.list',
    {},
    {
      check: ({ items }) => expect(items.map(({ module }) => module)).toContain('people'),
    },
  ),
  step('privacyRequest.create', { kind: 'export', subject: 'builder:b-0002', ...asked }, { name: 'export' }),
  step('privacyRequest.get', of('export'), {
    eventually: true,
    matches: { state: 'done', file: { contentType: 'application/zip' } },
  }),
  step('privacyRequest.exportCompany', { reason: 'We keep a copy.' }, { matches: { state: 'running' } }),
  step('myData.request', { kind: 'correction', text: 'My name lacks its accent.' }, { as: who }),
  step('myData.setConsent', { agree: true }, { as: who, matches: { basis: 'objection', agreed: true } }),
  step('myData.consent', {}, { as: who, matches: { agreed: true } }),
  step('analyticsBasis.set', { basis: 'objection' }, { matches: { basis: 'objection', agreed: 1 } }),
  step('analyticsBasis.get', {}, { matches: { since: null } }),
  step('myData.list', {}, { as: who, matches: { items: [{ kind: 'correction', state: 'open' }] } }),
  step(
    'privacyRequest.answer',
    (answerOf) => ({
      requestId: answerOf('myData.request').requestId,
      answer: 'The name is written with its accent now.',
    }),
    { as: clerk, matches: { state: 'done', answer: 'The name is written with its accent now.' } },
  ),
  step(
    'access.mine',
    {},
    {
      as: who,
      check: ({ items }) =>
        expect(items.map(({ sentence }) => sentence).join()).toMatch(
          /exported the data of the whole company for an export.*The reason given: We keep a copy\./,
        ),
    },
  ),
  step(
    'access.list',
    { subject: 'builder:b-0002', operationId: 'privacyRequest.create' },
    { matches: { items: [{ subject: 'builder:b-0002', reason: asked.reason, detail: 'export' }] } },
  ),
  step(
    'privacyRequest.retry',
    (answerOf) => ({ requestId: answerOf('privacyRequest.exportCompany').requestId }),
    { before: hasFailed, matches: { state: 'running' } },
  ),
  step(
    'privacyRequest.create',
    { kind: 'objection', subject: 'builder:b-0002', ...asked },
    { name: 'objection', matches: { state: 'done' } },
  ),
  step(
    'privacyRequest.withdraw',
    (answerOf) => ({ ...of('objection')(answerOf), reason: 'They changed their mind.' }),
    { matches: { state: 'withdrawn' } },
  ),
  step(
    'privacyRequest.create',
    { kind: 'erasure', subject: 'builder:b-0070', ...asked },
    { name: 'erasure', as: clerk },
  ),
  step('privacyRequest.preview', of('erasure'), { matches: { holds: [] } }),
  step('privacyRequest.extend', (answerOf) => ({
    ...of('erasure')(answerOf),
    reason: 'There are many records.',
  })),
  step('legalHold.set', { reason: 'A case at court is open.' }, { matches: { subject: null } }),
  step('legalHold.list', {}, { matches: { items: [{ releasedAt: null }] } }),
  step(
    'legalHold.release',
    (answerOf) => ({ holdId: answerOf('legalHold.set').holdId, reason: 'The case is closed.' }),
    { as: who },
  ),
  step('privacyRequest.confirm', of('erasure'), { as: who, matches: { state: 'running' } }),
  step('privacyRequest.get', of('erasure'), { eventually: true, matches: { state: 'done' } }),
  step(
    'privacyRequest.create',
    { kind: 'erasure', subject: 'builder:b-0071', ...asked },
    { name: 'refused', as: clerk },
  ),
  step(
    'privacyRequest.refuse',
    (answerOf) => ({ ...of('refused')(answerOf), reason: 'It was asked by another person.' }),
    { matches: { state: 'refused' } },
  ),
  step('privacyRequest.list', { state: 'done' }),
  step('retention.list', {}),
  step('retention.set', { kind: 'agent-executions', days: 90 }, { matches: { needsDryRun: true } }),
  step('retention.preview', { kind: 'agent-executions', days: 30 }, { matches: { holds: [] } }),
  step('retention.dryRun', { kind: 'agent-executions' }, { matches: { needsDryRun: false } }),
  step('retention.run', {}, { matches: { isComplete: true } }),
];
