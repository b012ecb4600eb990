import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import {
  findJudgements,
  humanJudgement,
  type JudgementView,
  type StoreJudgement,
} from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import { type Decider, requireMayDecide } from './deciders.ts';
import type { Parts } from './parts.ts';
import { requirePossible } from './possible.ts';
import type { ApprovalSettings } from './settings.ts';
import { OPEN_STATES } from './states.ts';
import { type ApprovalRecord, addStep, changeApproval, findApproval, lockBuilder } from './store.ts';

/** What a person decides, about the version they saw. */
export interface HumanDecision {
  approvalId: string;
  version: number;
  decision: 'approve' | 'reject';
  reason?: string | undefined;
  hours?: number | undefined;
}

/**
 * Reads a request under its builder's lock.
 * @param permit refuses those who may not know its state, before the response names it
 * @throws {Problem} NOT_FOUND, CONFLICT with its state, CONTESTED, and what `permit` throws
 */
export async function openSeen(
  transaction: TenantTransaction,
  { approvalId, version }: Pick<HumanDecision, 'approvalId' | 'version'>,
  permit: (row: ApprovalRecord) => void,
): Promise<ApprovalRecord> {
  const found = await findApproval(transaction, approvalId);
  if (!found) throw notFound('request', approvalId);
  await lockBuilder(transaction, found.builder_id);
  const row = (await findApproval(transaction, approvalId)) as ApprovalRecord;
  permit(row);
  if (row.version !== version) throw new Problem('CONFLICT', describeState(row));
  if (row.contested_at !== null)
    throw new Problem('CONTESTED', 'What was approved is contested: decide the contest.');
  return row;
}

function describeState({ state, decided_by, decided_at, reason, version }: ApprovalRecord): string {
  const decided = decided_at ? ` by ${decided_by} at ${decided_at.toISOString()}` : '';
  const why = decided_at && reason ? ` Reason: ${reason.slice(0, 500)}` : '';
  return `It is ${state.replace('_', ' ')}${decided}, version ${version}.${why}`;
}

/**
 * Decides as a person: approves (the first of two, where two are needed and none has agreed to as many hours yet) or
 * rejects, also against what was decided before. The human judgement supersedes the engine's.
 * @throws {Problem} NOT_FOUND, CONFLICT, APPROVAL_NOT_YOURS, APPROVAL_STATE, APPROVAL_OVERLAP, APPROVAL_IMPOSSIBLE,
 *   INVALID_INPUT
 */
export async function decideAsPerson(
  transaction: TenantTransaction,
  parts: Parts,
  actor: Actor,
  decider: Decider,
  settings: ApprovalSettings,
  given: HumanDecision,
): Promise<ApprovalRecord> {
  const row = await openSeen(transaction, given, (found) => requireMayDecide(found, decider));
  if (row.state === 'withdrawn') throw new Problem('APPROVAL_STATE', 'The request was withdrawn.');
  const isDecided = row.state === 'approved' || row.state === 'rejected';
  if (isDecided && !decider.isManager && row.audit !== 'due') {
    throw new Problem('APPROVAL_NOT_YOURS', 'Executives alone change what was decided.');
  }
  if (given.reason === undefined && (given.decision === 'reject' || isDecided)) {
    throw invalidField('reason', isDecided ? 'must say why it is changed' : 'must say why it is rejected');
  }
  if (given.decision === 'reject') {
    if (given.hours !== undefined) throw invalidField('hours', 'are for approving');
    return finish(transaction, parts, actor, decider, row, { ...given, hours: undefined });
  }
  const hours = given.hours ?? row.decided_hours ?? row.hours;
  const possible = await requirePossible(transaction, parts, row, hours, settings, given.reason);
  const reason = possible.overLimit ? `${possible.overLimit} ${given.reason}` : given.reason;
  // What was approved before it was rejected is not half of another approval.
  const agreed = row.state === 'awaiting_second' ? (row.decided_hours ?? 0) : 0;
  if (hours < settings.twoPersonHours || hours <= agreed)
    return finish(transaction, parts, actor, decider, row, { ...given, hours, reason }, possible.endsAt);
  return approveFirst(transaction, parts, actor, decider, row, hours, reason ?? null);
}

/**
 * Decides as the engine proposed, by a person who has seen its reasons: they become the reason of the decision.
 * @throws {Problem} APPROVAL_STATE where nothing is proposed, and what {@link decideAsPerson} throws
 */
export async function confirmProposal(
  transaction: TenantTransaction,
  parts: Parts,
  actor: Actor,
  decider: Decider,
  settings: ApprovalSettings,
  { reason, ...seen }: Pick<HumanDecision, 'approvalId' | 'version' | 'reason'>,
): Promise<ApprovalRecord> {
  const row = await openSeen(transaction, seen, (found) => requireMayDecide(found, decider));
  const isOpen = OPEN_STATES.some((state) => state === row.state);
  if (row.proposal === null || !isOpen)
    throw new Problem('APPROVAL_STATE', 'Nothing is proposed that could be confirmed.');
  // A first approval has replaced the reason of the row, but not the judgement.
  const proposed = (await judgementOf(transaction, row))?.proposal;
  const why = [reason, ...(proposed?.reasons ?? [row.reason])].filter(Boolean).join('\n') || undefined;
  const given = { ...seen, decision: row.proposal, reason: why };
  return decideAsPerson(transaction, parts, actor, decider, settings, given);
}

async function approveFirst(
  transaction: TenantTransaction,
  { now }: Parts,
  actor: Actor,
  decider: Decider,
  row: ApprovalRecord,
  hours: number,
  reason: string | null,
): Promise<ApprovalRecord> {
  const changed = await writeSeen(transaction, row, {
    state: 'awaiting_second',
    first_user: decider.userId,
    decided_hours: hours,
    decided_by: null,
    decided_user: null,
    decided_at: null,
    reason: `Approved by ${decider.name}; ${hours} hours need a second person.`,
  });
  const step = {
    step: 'approved_first',
    at: now(),
    by: decider.name,
    engine: 'human',
    hours,
    reason,
  } as const;
  await addStep(transaction, row.id, step);
  await record(transaction, actor, {
    subject: `approval:${row.id}`,
    details: [{ about: [], content: { step: 'first approval', hours, via: actor.via } }],
  });
  return changed;
}

async function finish(
  transaction: TenantTransaction,
  { announce, storeJudgement, now }: Parts,
  actor: Actor,
  decider: Decider,
  row: ApprovalRecord,
  { decision, reason, hours }: HumanDecision,
  endsAt: Date | null = row.ends_at,
): Promise<ApprovalRecord> {
  const approved = decision === 'approve';
  const why = reason ?? 'Approved.';
  const judgementId = await storeHuman(transaction, storeJudgement, decider, row, decision, why);
  const changed = await writeSeen(transaction, row, {
    state: approved ? 'approved' : 'rejected',
    decided_hours: approved ? (hours ?? row.hours) : null,
    ends_at: endsAt,
    engine: 'human',
    reason: why,
    decided_by: decider.name,
    decided_user: decider.userId,
    decided_at: now(),
    judgement_id: judgementId,
    audit: auditAfter(row, approved ? 'approved' : 'rejected'),
  });
  await addStep(transaction, row.id, {
    step: approved ? 'approved' : 'rejected',
    at: now(),
    by: decider.name,
    engine: 'human',
    hours: changed.decided_hours,
    reason: why,
  });
  await announce.decided(transaction, changed);
  await record(transaction, actor, {
    subject: `approval:${row.id}`,
    details: [
      {
        about: [],
        content: { decision, hours: changed.decided_hours, before: row.state, judgementId, via: actor.via },
      },
      { about: [`builder:${row.builder_id}`], content: { reason: why } },
    ],
  });
  return changed;
}

/** What was judged last of a request; null where nothing was. */
async function judgementOf(
  transaction: TenantTransaction,
  { judgement_id: id }: ApprovalRecord,
): Promise<JudgementView | null> {
  return (id !== null && (await findJudgements(transaction, [id])).get(id)) || null;
}

/** Stores what a person decided in the place of what was judged before. */
async function storeHuman(
  transaction: TenantTransaction,
  storeJudgement: StoreJudgement,
  decider: Decider,
  row: ApprovalRecord,
  outcome: string,
  reason: string,
): Promise<string> {
  const before = await judgementOf(transaction, row);
  const judged = humanJudgement({ kind: 'approval', subjectId: row.id, outcome, before, reason });
  const human = {
    decidedBy: decider.name,
    decidedUser: decider.userId,
    reason,
    supersedes: before?.judgementId ?? null,
  };
  return (await storeJudgement(transaction, judged, { human })).judgementId;
}

function auditAfter(row: ApprovalRecord, state: ApprovalRecord['state']): ApprovalRecord['audit'] {
  if (row.audit !== 'due') return row.audit;
  return row.state === state ? 'confirmed' : 'overturned';
}

/** Confirms an automatic decision that was drawn for a look. */
export async function confirm(
  transaction: TenantTransaction,
  { storeJudgement, now }: Parts,
  actor: Actor,
  decider: Decider,
  seen: Pick<HumanDecision, 'approvalId' | 'version'>,
): Promise<ApprovalRecord> {
  const row = await openSeen(transaction, seen, (found) => requireMayDecide(found, decider));
  const isDecided = row.state === 'approved' || row.state === 'rejected';
  if (row.audit !== 'due' || !isDecided)
    throw new Problem('APPROVAL_STATE', 'This request is not selected for spot-check.');
  const outcome = row.state === 'approved' ? 'approve' : 'reject';
  const judgementId = await storeHuman(transaction, storeJudgement, decider, row, outcome, 'Confirmed.');
  const changed = await writeSeen(transaction, row, { audit: 'confirmed', judgement_id: judgementId });
  await addStep(transaction, row.id, { step: 'confirmed', at: now(), by: decider.name, engine: 'human' });
  await record(transaction, actor, {
    subject: `approval:${row.id}`,
    details: [{ about: [], content: { audit: 'confirmed', via: actor.via } }],
  });
  return changed;
}

/**
 * Puts a request before the escalation group before its deadline does.
 * @throws {Problem} NOT_FOUND, CONFLICT, APPROVAL_NOT_YOURS, APPROVAL_STATE
 */
export async function escalate(
  transaction: TenantTransaction,
  { announce, now }: Parts,
  actor: Actor,
  decider: Decider,
  { reason, ...seen }: Pick<HumanDecision, 'approvalId' | 'version'> & { reason: string },
): Promise<ApprovalRecord> {
  const row = await openSeen(transaction, seen, (found) => requireMayDecide(found, decider));
  if (!OPEN_STATES.some((state) => state === row.state))
    throw new Problem('APPROVAL_STATE', `It is ${row.state} already.`);
  if (row.escalated_at) throw new Problem('APPROVAL_STATE', 'It has already been escalated.');
  const changed = await writeSeen(transaction, row, { escalated_at: now(), reminded_at: now() });
  const by = decider.name;
  await addStep(transaction, row.id, { step: 'escalated', at: now(), by, engine: 'human', reason });
  await announce.escalated(transaction, changed);
  await record(transaction, actor, {
    subject: `approval:${row.id}`,
    details: [{ about: [], content: { escalated: reason } }],
  });
  return changed;
}

/** Writes a change to a row that was read under its lock. @throws {Problem} CONFLICT */
export async function writeSeen(
  transaction: TenantTransaction,
  row: ApprovalRecord,
  change: Parameters<typeof changeApproval>[2],
): Promise<ApprovalRecord> {
  const changed = await changeApproval(transaction, row, change);
  if (!changed) throw new Problem('CONFLICT', 'This request was changed in the meantime. Reload it first.');
  return changed;
}
