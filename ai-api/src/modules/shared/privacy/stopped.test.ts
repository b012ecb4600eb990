import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { makeJobsDue } from '../../../../test/clock.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { sendTo, silent } from '../../../../test/inbox-fixture.ts';
import { builderRow, refusal } from '../../../../test/people.ts';
import { ended } from '../../../../test/privacy.ts';
import { personAs } from '../../../../test/reviewers.ts';
import type { Client } from '../../../catalogue/client.ts';
import { type DevInbox, startDevInbox } from '../../../platform/mail/dev-inbox.ts';
import { ErasureStopped } from './erasure.ts';
import { REQUEST_QUEUE } from './parts.ts';

const WAIT = { timeout: 60_000, interval: 100 };
const REASON = 'A case at court is open.';

describe.each(businessDatabases())('an erasure that stops on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let inbox: DevInbox;
  let api: TestApi;
  let first: Client;
  let second: Client;
  let failAfter: { step: string; error: Error } | null = null;
  let hasFailed = false;

  beforeAll(async () => {
    testDatabase = await create();
    inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: silent });
    api = await startApi(
      testDatabase,
      { SMTP_URL: inbox.smtpUrl },
      {
        atErasure: (step) => {
          if (failAfter?.step !== step) return;
          const { error } = failAfter;
          failAfter = null;
          hasFailed = true;
          throw error;
        },
      },
    );
    await api.client.people.import({
      builders: [
        builderRow(),
        builderRow({ builder_id: 'x-2', name: 'Moss Hollow', email: 'moss@people.example' }),
        builderRow({ builder_id: 'x-3', name: 'Fern Other', email: 'fern@people.example' }),
      ],
    });
    first = await personAs(api, 'first', ['admin']);
    second = await personAs(api, 'second', ['admin']);
  });
  afterAll(async () => {
    await api?.stop();
    await inbox?.close();
    await testDatabase?.remove();
  });

  async function begin(subject: string, step: string, error: Error): Promise<string> {
    failAfter = { step, error };
    hasFailed = false;
    const { requestId } = await first.privacyRequest.create({
      kind: 'erasure',
      subject,
      reason: 'Letter 17',
      verification: 'They asked from the address on file.',
    });
    await second.privacyRequest.confirm({ requestId });
    await vi.waitFor(() => expect(hasFailed).toBe(true), WAIT);
    return requestId;
  }

  const fails = (requestId: string) =>
    vi.waitFor(async () => {
      await makeJobsDue(api, REQUEST_QUEUE);
      const request = await first.privacyRequest.get({ requestId });
      expect(request.state).toBe('failed');
      return request;
    }, WAIT);

  test('leaves a whole audit trail, without the person in what was recorded before it went on', async () => {
    const requestId = await begin('builder:x-1', 'audit entry', new ErasureStopped('The test stops it.'));
    await fails(requestId);
    const { holdId } = await first.legalHold.set({
      subject: 'builder:x-3',
      reason: 'Thistle Wick asked for it.',
    });
    await second.legalHold.release({ holdId, reason: 'It is not needed any more.' });
    await first.privacyRequest.retry({ requestId });
    await ended(first, requestId);
    expect(await api.client.audit.verify({})).toMatchObject({ intact: true, firstBroken: null });
    const erasures = (await api.client.audit.list({ operationId: 'privacyRequest.erase' })).items;
    expect(erasures).toHaveLength(2);
    const [held] = (await api.client.audit.list({ operationId: 'legalHold.set' })).items;
    const { details } = await api.client.audit.get({ seq: held?.seq ?? 0 });
    expect(details[0]).toMatchObject({ content: null, erased: { entry: erasures[0]?.seq } });
    const [released] = (await api.client.audit.list({ operationId: 'legalHold.release' })).items;
    expect((await api.client.audit.get({ seq: released?.seq ?? 0 })).details[0]?.content).not.toBeNull();
  });

  test('under a hold deletes nothing more, in the inbox neither', async () => {
    await sendTo(inbox.smtpUrl, { subject: 'For Moss Hollow', text: 'Hello.' });
    const requestId = await begin('builder:x-2', 'mentions jobs.job', new Error('The connection is lost.'));
    const { holdId } = await first.legalHold.set({ subject: 'builder:x-2', reason: REASON });
    const failed = await fails(requestId);
    expect(failed.error).toContain(`set by first: ${REASON}`);
    expect(failed.steps.map(({ step }) => step)).not.toContain('development inbox');
    expect(inbox.messages({ q: 'hollow' }).length).toBe(1);
    expect(await refusal(first.privacyRequest.retry({ requestId }))).toMatchObject({ code: 'LEGAL_HOLD' });
    await second.legalHold.release({ holdId, reason: 'The case is closed.' });
    await first.privacyRequest.retry({ requestId });
    await ended(first, requestId);
    expect(inbox.messages({ q: 'hollow' }).length).toBe(0);
  });
});
