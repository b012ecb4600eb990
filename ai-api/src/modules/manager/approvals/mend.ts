import { Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { HOUR_MS } from '../../../platform/durations.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import { openSeen, writeSeen } from './decide.ts';
import { claimOfRow } from './facts.ts';
import { groupOfTeam } from './groups-store.ts';
import type { Seen } from './lifecycle.ts';
import type { Parts } from './parts.ts';
import { type ApprovalRecord, addStep, readSettings } from './store.ts';
import { builderOf, claimOf, refuseOverlap, type TimeRequest } from './submit.ts';

/** What a builder corrects of a request; what is left out stays as it was. */
export type Correction = { [K in keyof TimeRequest]?: TimeRequest[K] | undefined };

/**
 * Corrects a request that was handed back; it is judged anew, by the same rules as a new one.
 * @throws {Problem} NOT_FOUND, CONFLICT, APPROVAL_STATE, APPROVAL_OVERLAP, INVALID_INPUT
 */
export async function amend(
  transaction: TenantTransaction,
  parts: Parts,
  actor: Actor,
  { approvalId, version, ...correction }: Seen & Correction,
  requireOwn: (builderId: string) => void,
): Promise<ApprovalRecord> {
  const row = await openIncomplete(transaction, { approvalId, version }, requireOwn);
  const builder = await builderOf(transaction, parts, actor, row.builder_id);
  const claim = { ...(await claimOf(transaction, parts, builder, corrected(row, correction))), id: row.id };
  await refuseOverlap(transaction, claim);
  const changed = await writeSeen(transaction, row, {
    state: 'submitted',
    day: claim.day,
    week: claim.week,
    hours: claim.hours,
    starts_at: claim.span?.from ?? null,
    ends_at: claim.span?.until ?? null,
    category: claim.category,
    project_id: claim.projectId,
    justification: claim.justification,
    reason: null,
    confidence: null,
  });
  const by = displayName(actor);
  const step = { step: 'amended', at: parts.now(), by, engine: 'human', hours: claim.hours } as const;
  await addStep(transaction, row.id, step);
  await parts.announce.submitted(transaction, changed);
  const { triage } = await readSettings(transaction);
  if (triage === 'automatic') await parts.enqueueTriage(transaction, actor.tenantId, row.id);
  const { justification, day, hours, category } = claim;
  await record(transaction, actor, {
    subject: `approval:${row.id}`,
    details: [
      { about: [], content: { day, hours, category, amended: true } },
      { about: [`builder:${row.builder_id}`], content: { justification } },
    ],
  });
  return changed;
}

/**
 * Puts a request that was handed back before people as it is: its builder says that it is right.
 * @throws {Problem} NOT_FOUND, CONFLICT, APPROVAL_STATE, APPROVAL_OVERLAP when another request has its time
 */
export async function askPerson(
  transaction: TenantTransaction,
  { people, announce, now }: Parts,
  actor: Actor,
  { reason, ...seen }: Seen & { reason: string },
  requireOwn: (builderId: string) => void,
): Promise<ApprovalRecord> {
  const row = await openIncomplete(transaction, seen, requireOwn);
  await refuseOverlap(transaction, claimOfRow(row));
  const { deadlineHours } = await readSettings(transaction);
  const builder = await people.findBuilder(transaction, row.builder_id);
  const group = await groupOfTeam(transaction, builder?.team ?? '');
  const changed = await writeSeen(transaction, row, {
    state: 'in_review',
    group_id: group?.id ?? null,
    due_at: new Date(now().getTime() + deadlineHours * HOUR_MS),
    reason: `The builder says that it is right: ${reason}\n${row.reason ?? ''}`.trim(),
  });
  const by = displayName(actor);
  await addStep(transaction, row.id, { step: 'asked', at: now(), by, engine: 'human', reason });
  await announce.flagged(transaction, changed);
  await record(transaction, actor, {
    subject: `approval:${row.id}`,
    details: [{ about: [`builder:${row.builder_id}`], content: { reason } }],
  });
  return changed;
}

async function openIncomplete(
  transaction: TenantTransaction,
  seen: Seen,
  requireOwn: (builderId: string) => void,
): Promise<ApprovalRecord> {
  const row = await openSeen(transaction, seen, ({ builder_id }) => requireOwn(builder_id));
  if (row.state === 'incomplete') return row;
  throw new Problem('APPROVAL_STATE', `It is ${row.state.replace('_', ' ')}; there is nothing to correct.`);
}

/** The request with its corrections. The time at which it began is kept unless the day changes. */
function corrected(row: ApprovalRecord, given: Correction): TimeRequest {
  const isSameDay = given.date === undefined || given.date === row.day;
  const startsAt = given.startsAt ?? (isSameDay ? row.starts_at?.toISOString() : undefined);
  return {
    date: given.date ?? row.day,
    hours: given.hours ?? row.hours,
    category: given.category ?? row.category,
    projectId: given.projectId ?? row.project_id ?? undefined,
    justification: given.justification ?? row.justification,
    startsAt,
  };
}
