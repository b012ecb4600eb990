import { invalidField } from '../../../http/problem.ts';
import type { ReviewedJudgement } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Contestable, refused, replaced } from '../../ai/contests/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import { decideAsPerson, writeSeen } from './decide.ts';
import { deciderOf } from './deciders.ts';
import { approvalKind } from './kind.ts';
import type { Parts } from './parts.ts';
import { type ApprovalRecord, findApproval, lockBuilder, readSettings } from './store.ts';

/**
 * How contested requests are changed. What is approved stays payable meanwhile, and is shown as contested; a rejection is
 * appealed, which comes before another approver already.
 */
export function contestedRequests(parts: Parts): Contestable {
  return {
    kind: approvalKind.name,
    suspend: async (transaction, judgement, at) => {
      const row = await opened(transaction, judgement);
      requirePartly(row);
      await writeSeen(transaction, row, { contested_at: at });
    },
    resume: async (transaction, judgement) => {
      await writeSeen(transaction, await opened(transaction, judgement), { contested_at: null });
    },
    change: async (transaction, request, judgement, { hours, grade, reason, again }) => {
      if (grade !== undefined) throw invalidField('grade', 'is for kinds that grade');
      if (again) throw invalidField('facts', 'of a request do not change its hours: give them');
      const row = await opened(transaction, judgement);
      const least = row.decided_hours ?? row.hours;
      if (hours === undefined || hours <= least || hours > row.hours)
        throw invalidField('hours', `must be more than the ${least} approved, and at most ${row.hours}`);
      const settings = await readSettings(transaction);
      if (hours >= settings.twoPersonHours)
        throw invalidField(
          'hours',
          `must be less than ${settings.twoPersonHours}: more takes two people, by an override`,
        );
      const decider = await deciderOf(transaction, request.caller, parts.now());
      const seen = { approvalId: row.id, version: row.version };
      const given = { ...seen, decision: 'approve' as const, reason, hours };
      const changed = await decideAsPerson(transaction, parts, actorOf(request), decider, settings, given);
      // Hours that take one person are decided at once, which stores a judgement.
      return changed.judgement_id as string;
    },
    decidedBefore: async (transaction, { subjectId }) => {
      const first = (await findApproval(transaction, subjectId))?.first_user;
      return first ? [first] : [];
    },
    sentTo: async () => [],
  };
}

/** @throws {Problem} CONTEST_REFUSED for a request that was not cut, with what to do instead */
function requirePartly({ state, appeal, hours, decided_hours }: ApprovalRecord): void {
  if (state === 'rejected')
    throw refused(
      appeal === null
        ? 'A rejected request is appealed: POST /approvals/appeal, or Appeal on My requests.'
        : 'It was appealed, and another person has decided.',
    );
  if (state !== 'approved') throw refused('Nothing is decided yet.');
  if ((decided_hours ?? hours) >= hours) throw refused('All hours that you requested are approved.');
}

/** The request that rests on a judgement, under its builder's lock. @throws {Problem} CONTEST_REFUSED */
async function opened(
  transaction: TenantTransaction,
  { view, subjectId }: ReviewedJudgement,
): Promise<ApprovalRecord> {
  // What was judged inline has no request.
  const found = subjectId.includes(':') ? undefined : await findApproval(transaction, subjectId);
  if (!found) throw refused('No request rests on it: it was only tried out.');
  await lockBuilder(transaction, found.builder_id);
  const row = await findApproval(transaction, subjectId);
  if (row?.judgement_id !== view.judgementId) throw replaced();
  return row;
}
