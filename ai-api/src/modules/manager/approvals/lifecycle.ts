import { Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { HOUR_MS } from '../../../platform/durations.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import { openSeen, writeSeen } from './decide.ts';
import { claimOfRow } from './facts.ts';
import { groupOfTeam } from './groups-store.ts';
import type { Parts } from './parts.ts';
import { WITHDRAWABLE } from './states.ts';
import { type ApprovalRecord, addStep, readSettings } from './store.ts';
import { refuseOverlap } from './submit.ts';

/** A request as its builder saw it. */
export interface Seen {
  approvalId: string;
  version: number;
}

/** Takes a request back before it is decided. @throws {Problem} NOT_FOUND, CONFLICT, APPROVAL_STATE */
export async function withdraw(
  transaction: TenantTransaction,
  { now }: Parts,
  actor: Actor,
  seen: Seen,
  requireOwn: (builderId: string) => void,
): Promise<ApprovalRecord> {
  const row = await openSeen(transaction, seen, ({ builder_id }) => requireOwn(builder_id));
  if (!WITHDRAWABLE.some((state) => state === row.state)) {
    throw new Problem('APPROVAL_STATE', `It is already ${row.state}.`);
  }
  const by = displayName(actor);
  const change = { state: 'withdrawn', decided_at: now(), decided_by: by, engine: 'human' } as const;
  const changed = await writeSeen(transaction, row, change);
  await addStep(transaction, row.id, { step: 'withdrawn', at: now(), by, engine: 'human' });
  await record(transaction, actor, { subject: `approval:${row.id}`, details: [] });
  return changed;
}

/**
 * Puts a rejected request before people again: once, and before a different approver.
 * @throws {Problem} NOT_FOUND, CONFLICT, APPROVAL_STATE, APPROVAL_OVERLAP when another request has its time now
 */
export async function appeal(
  transaction: TenantTransaction,
  { now, people, announce }: Parts,
  actor: Actor,
  { reason, ...seen }: Seen & { reason: string },
  requireOwn: (builderId: string) => void,
): Promise<ApprovalRecord> {
  const row = await openSeen(transaction, seen, ({ builder_id }) => requireOwn(builder_id));
  if (row.state !== 'rejected')
    throw new Problem('APPROVAL_STATE', 'Only what was rejected can be appealed.');
  if (row.appeal !== null) throw new Problem('APPROVAL_STATE', 'It has already been appealed.');
  await refuseOverlap(transaction, claimOfRow(row));
  const settings = await readSettings(transaction);
  const builder = await people.findBuilder(transaction, row.builder_id);
  const group = await groupOfTeam(transaction, builder?.team ?? '');
  const changed = await writeSeen(transaction, row, {
    state: 'in_review',
    proposal: null,
    appeal: reason,
    appealed_from: row.decided_user,
    first_user: null,
    group_id: group?.id ?? null,
    due_at: new Date(now().getTime() + settings.deadlineHours * HOUR_MS),
    reminded_at: null,
    escalated_at: null,
    reason: `Appealed: ${reason}`,
    audit: row.audit === 'due' ? null : row.audit,
  });
  const by = displayName(actor);
  await addStep(transaction, row.id, { step: 'appealed', at: now(), by, engine: 'human', reason });
  await announce.flagged(transaction, changed);
  await record(transaction, actor, {
    subject: `approval:${row.id}`,
    details: [{ about: [`builder:${row.builder_id}`], content: { appeal: reason } }],
  });
  return changed;
}
