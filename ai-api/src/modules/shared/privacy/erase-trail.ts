import type { TenantTransaction } from '../../../platform/database/index.ts';
import { lasting } from '../../../platform/lasting-subject.ts';
import { eraseMentions, erasePayloads, hasContentAbout, record, systemActor } from '../audit/index.ts';
import { anyOf, patternsOf } from './engine/pattern.ts';
import type { Person } from './engine/person.ts';
import type { Erasure } from './erase-rows.ts';
import { stepsOf } from './store.ts';

/** The step whose count is the entry of the audit trail that says what was erased. */
export const RECORDED = 'audit entry';

/** Records the erasure. @returns the place of the entry */
export function recordErasure(
  transaction: TenantTransaction,
  { tenantId, requestId, person, pseudonym }: Erasure,
): Promise<number> {
  return record(transaction, systemActor(tenantId, 'privacyRequest.erase'), {
    subject: lasting(person.subjects[0] as string),
    details: [{ about: [], content: { requestId, pseudonym: pseudonym.name } }],
  });
}

/** Erases the person from the trail, by an entry that was recorded before: writes of others do not wait for it. */
export async function eraseFromTrail(transaction: TenantTransaction, erasure: Erasure): Promise<number> {
  return eraseBefore(transaction, erasure, await recordedIn(transaction, erasure), 0);
}

/** Erases what was recorded since then, by an entry of its own; it locks the chain, so it comes last. */
export async function eraseRestFromTrail(transaction: TenantTransaction, erasure: Erasure): Promise<void> {
  const since = await recordedIn(transaction, erasure);
  const { person } = erasure;
  if (!(await hasContentAbout(transaction, aboutOf(person), anyOf(patternsOf(person)), since))) return;
  const entry = await recordErasure(transaction, erasure);
  await eraseBefore(transaction, erasure, entry, since);
}

/** Content is emptied only in what was recorded before the entry that says so: the chain would break. */
async function eraseBefore(
  transaction: TenantTransaction,
  { requestId, person }: Erasure,
  entry: number,
  since: number,
): Promise<number> {
  const reason = `privacy request ${requestId}`;
  let payloads = 0;
  for (const about of aboutOf(person)) payloads += await erasePayloads(transaction, { about }, reason, entry);
  const any = anyOf(patternsOf(person));
  if (any !== null) payloads += await eraseMentions(transaction, any, reason, entry, since);
  return payloads;
}

/** @throws {Error} where the step did not run */
async function recordedIn(transaction: TenantTransaction, { requestId }: Erasure): Promise<number> {
  const steps = await stepsOf(transaction, requestId);
  const counts = steps.find(({ step }) => step === RECORDED)?.counts as Record<string, number> | undefined;
  if (counts?.entry === undefined) throw new Error('The erasure is not in the audit trail');
  return counts.entry;
}

function aboutOf({ subjects }: Person): string[] {
  return [...new Set(subjects.flatMap((one) => [one, lasting(one)]))];
}
