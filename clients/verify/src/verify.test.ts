import { spawnSync } from 'node:child_process';
import type { JsonWebKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../ai-api/test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../ai-api/test/databases.ts';
import { refusal } from '../../../ai-api/test/people.ts';
import { freePort } from '../../../ai-api/test/ports.ts';
import { erase } from '../../../ai-api/test/privacy.ts';
import { rewriteTrail } from '../../../ai-api/test/rewrite-trail.ts';
import { evaluate, everyItem, smallCompany } from '../../../ai-api/test/runs.ts';
import { staff } from '../../../ai-api/test/staff.ts';
import { NotVerified, verifyReceipt } from './receipt.ts';

const COMMAND = fileURLToPath(new URL('./cli.ts', import.meta.url));
const SIZE = 75;

describe.each(businessDatabases())('receipts of a week, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let folder: string;
  let keys: JsonWebKey[];
  let mails: { to: string; receipt: string; evaluationId: string }[];
  let runId: string;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, { PORT: String(await freePort()) });
    folder = mkdtempSync(join(tmpdir(), 'receipts-'));
    await api.client.people.import(smallCompany(SIZE));
    ({ runId } = await evaluate(api.client));
    mails = await listed();
    const jwks = await fetch(`${api.url}/.well-known/jwks.json`);
    ({ keys } = (await jwks.json()) as { keys: JsonWebKey[] });
    writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys }));
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const listed = () =>
    everyItem((page) => api.client.evaluation.listEmails({ runId, unsent: false, limit: 40, ...page }));
  const receiptOf = (builder: string) =>
    mails.find(({ to }) => to.startsWith(`${builder}@`))?.receipt ?? expect.fail('there is no such mail');
  const judgementOf = (builder: string) =>
    String((verifyReceipt(receiptOf(builder), keys).payload.judgement as { id: string }).id);

  /** Runs the command on a receipt, with the trail as it is exported now. */
  async function check(receipt: string, withTrail = false) {
    writeFileSync(join(folder, 'receipt.txt'), receipt);
    const trail = join(folder, 'entries.jsonl');
    if (withTrail) {
      const { data } = await api.client.audit.export({});
      writeFileSync(trail, await (await fetch(data.url)).text());
    }
    const more = withTrail ? ['--trail', trail] : [];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [COMMAND, join(folder, 'receipt.txt'), '--keys', join(folder, 'jwks.json'), ...more],
      { encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  }

  test('come with every mail, the same each time, and say what was decided', async () => {
    expect(mails).toHaveLength(SIZE);
    for (const { to, receipt } of mails) {
      const { payload, disclosed, hidden } = verifyReceipt(receipt, keys);
      expect(payload).toMatchObject({
        decision: { engine: 'rules' },
        trail: { hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      });
      expect(disclosed).toMatchObject({ subject: `builder:${to.split('@')[0]}`, person: null });
      expect(hidden).toBe(0);
      expect(Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString()).not.toContain('builder:');
    }
    expect((await listed()).map(({ receipt }) => receipt)).toEqual(mails.map(({ receipt }) => receipt));
    const shown = await check(receiptOf('b-7'), true);
    expect(shown).toMatchObject({ status: 0, stderr: '' });
    expect(shown.stdout).toContain('subject: builder:b-7');
    expect(shown.stdout).toMatch(/Audit trail: \d+ entries fit/);
  });

  test('do not verify with any character changed', async () => {
    const receipt = receiptOf('b-1');
    const [signed = ''] = receipt.split('~');
    // The last character of a signature has four bits that say nothing.
    const places = fc.integer({ min: 0, max: receipt.length - 1 }).filter((at) => at !== signed.length - 1);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~';
    const changes = fc.tuple(places, fc.constantFrom(...alphabet));
    const property = fc.property(changes, ([at, character]) => {
      if (receipt[at] === character) return;
      const changed = `${receipt.slice(0, at)}${character}${receipt.slice(at + 1)}`;
      expect(() => verifyReceipt(changed, keys)).toThrow(NotVerified);
    });
    fc.assert(property, { numRuns: 500 });
    expect((await check(receipt.replace('~', '~WyJhIiwiYiIsImMiXQ~'))).status).toBe(1);
    expect((await check('no receipt')).stderr).toContain('NOT VALID');
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [, ...rest] = signed.split('.');
    expect(await check(`${[encoded(null), ...rest].join('.')}~`)).toMatchObject({ status: 1 });
    for (const disclosure of [null, 1, {}, []])
      expect(await check(`${signed}~${encoded(disclosure)}~`)).toMatchObject({ status: 1 });
    writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys: [] }));
    expect((await check(receipt)).stderr).toContain('The keys have none');
    writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys }));
  });

  test('are given to the person and to executives, for what was decided', async () => {
    const judgementId = judgementOf('b-2');
    const own = await staff(api, 'b-2@sample-company.example', ['builder'], 'Builder Two');
    const other = await staff(api, 'b-3@sample-company.example', ['builder'], 'Builder Three');
    expect((await own.receipt.get({ judgementId })).receipt).toBe(receiptOf('b-2'));
    expect(await refusal(other.receipt.get({ judgementId }))).toMatchObject({ code: 'FORBIDDEN' });
    const tried = await evaluate(api.client, { dryRun: true });
    const { items } = await api.client.evaluation.listResults({ runId: tried.runId, limit: 1 });
    const { judgement } = await api.client.evaluation.get({ evaluationId: items[0]?.evaluationId ?? '' });
    const missing = api.client.receipt.get({ judgementId: judgement?.judgementId ?? '' });
    expect(await refusal(missing)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('still verify after an erasure, which takes from ours what they disclose', async () => {
    const judgementId = judgementOf('b-4');
    await erase(api, 'builder:b-4');
    expect(await check(receiptOf('b-4'), true)).toMatchObject({ status: 0 });
    const { receipt, disclosed } = await api.client.receipt.get({ judgementId });
    expect(disclosed).toBe(false);
    expect(receipt).toBe(`${receiptOf('b-4').split('~')[0]}~`);
    expect(verifyReceipt(receipt, keys).disclosed).toEqual({});
    expect((await check(receipt)).stdout).toMatch(/Not disclosed: \d+ values/);
  });

  test('lose the name of the decider, once that person is erased', async () => {
    const decider = await staff(api, 'decider@sample-company.example', ['executive'], 'Nia Decider');
    const { evaluationId } =
      mails.find(({ to }) => to.startsWith('b-6@')) ?? expect.fail('there is no such mail');
    const { judgement } = await decider.evaluation.override({
      evaluationId,
      judgementId: judgementOf('b-6'),
      grade: 'A',
      reason: 'What was written does not show in the figures.',
    });
    const judgementId = judgement?.judgementId ?? '';
    const before = await decider.receipt.get({ judgementId });
    expect(verifyReceipt(before.receipt, keys)).toMatchObject({
      disclosed: { person: { name: expect.stringContaining('Nia Decider') } },
      payload: { judgement: { supersedes: judgementOf('b-6') }, decision: { engine: 'human' } },
    });
    const { user } = await decider.identity.whoami({});
    await erase(api, `user:${user?.userId}`);
    const after = verifyReceipt((await api.client.receipt.get({ judgementId })).receipt, keys);
    expect(after.disclosed).not.toHaveProperty('person');
    expect(after).toMatchObject({ hidden: 1, disclosed: { subject: 'builder:b-6' } });
  });

  test('expose a trail that was rewritten as a whole, each of them', async () => {
    const tenantId = (await api.client.identity.whoami({})).tenantId;
    await rewriteTrail(api.context.database, tenantId);
    expect(await api.client.audit.verify({})).toMatchObject({ intact: true });
    for (const builder of ['b-1', 'b-40', 'b-75']) {
      const { status, stderr } = await check(receiptOf(builder), true);
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('was rewritten') });
    }
  });
});
