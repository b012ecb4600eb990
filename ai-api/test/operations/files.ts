import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Fixture } from './fixture.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const note = { category: 'document', contentType: 'text/plain' } as const;
const own = (answerOf: AnswerOf) => ({ fileId: answerOf('file.upload', 'note').fileId });
const refused = (answerOf: AnswerOf) => ({ fileId: answerOf('file.upload', 'refused').fileId, version: 1 });

/** Without a virus scanner nothing is found. */
async function isFound({ api }: Fixture, answerOf: AnswerOf): Promise<void> {
  await sql`update files.versions set state = 'quarantined' where file_id = ${own(answerOf).fileId} and version = 1`.execute(
    api.context.database.system('the steps need a version in quarantine'),
  );
}

/** A file of two versions that is shared, and one that is not what it says. */
export const files: Step[] = [
  step('file.upload', { ...note, name: 'minutes.txt', base64: base64('One') }, { name: 'note' }),
  step('file.get', own, {
    eventually: true,
    matches: { state: 'ready', scan: 'not scanned', versions: [{ state: 'ready' }] },
  }),
  step('file.upload', (answerOf) => ({
    ...note,
    ...own(answerOf),
    name: 'minutes.txt',
    base64: base64('Two'),
    comment: 'Better',
  })),
  step('file.get', own, { eventually: true, matches: { readyVersion: 2 } }),
  step('file.restore', (answerOf) => ({ ...own(answerOf), version: 1 }), { matches: { version: 3 } }),
  step('file.link', own, {
    matches: { version: 3, bytes: 3 },
    check: async ({ file: { url } }) => expect(await (await fetch(url)).text()).toBe('One'),
  }),
  step('file.share', (answerOf) => ({ ...own(answerOf), kind: 'link' as const, expiresInHours: 2 }), {
    check: async ({ url }) => expect((await fetch(url ?? '')).status).toBe(200),
  }),
  step('file.unshare', (answerOf) => ({
    ...own(answerOf),
    permissionId: answerOf('file.share').permissionId,
  })),
  step('file.list', { search: 'minutes' }, { matches: { items: [{ name: 'minutes.txt', version: 3 }] } }),
  step(
    'file.release',
    (answerOf) => ({ ...own(answerOf), version: 1, reason: 'It is the file of our own drill.' }),
    { as: 'guest@sample-company.example', before: isFound, matches: { readyVersion: 3 } },
  ),
  step('file.rescan', (answerOf) => ({ ...own(answerOf), version: 3 }), { matches: { state: 'scanning' } }),
  step(
    'file.upload',
    { name: 'plan.pdf', category: 'document', contentType: 'application/pdf', base64: base64('No PDF') },
    { name: 'refused' },
  ),
  step('file.get', (answerOf) => ({ fileId: refused(answerOf).fileId }), {
    eventually: true,
    matches: { state: 'rejected' },
  }),
  step('file.held', { state: 'rejected' }, { matches: { items: [{ name: 'plan.pdf' }] } }),
  step('file.getSettings', {}, { matches: { scanner: 'none', requireScan: false } }),
  step('file.setSettings', { refusedDays: 14 }, { matches: { refusedDays: 14 } }),
  step('file.delete', (answerOf) => ({ fileId: refused(answerOf).fileId })),
];
