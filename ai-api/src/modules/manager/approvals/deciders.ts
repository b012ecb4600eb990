import type { Caller, Person } from '../../../http/caller.ts';
import { Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { activeUsers } from '../../shared/identity/index.ts';
import { escalationGroups, type GroupRecord, groupsWith, standInsOf, standsInFor } from './groups-store.ts';
import type { ApprovalRecord, Inbox } from './store.ts';

/** A verified person who wants to decide, and what of it is theirs. */
export interface Decider extends Inbox {
  name: string;
}

/**
 * The person behind a request, with the groups they decide for: their own, and those delegated to them today.
 * @throws {Problem} APPROVAL_NOT_YOURS when the credential has no person
 */
export async function deciderOf(transaction: TenantTransaction, caller: Caller, now: Date): Promise<Decider> {
  const decider = await inboxOf(transaction, caller, now);
  if (decider) return decider;
  const detail = 'A person has to decide: sign in, or let the key act for a person.';
  throw new Problem('APPROVAL_NOT_YOURS', detail);
}

/** As {@link deciderOf}; null when the credential has no person. */
export async function inboxOf(
  transaction: TenantTransaction,
  { user, roles }: { user: Person | null; roles: readonly string[] },
  now: Date,
): Promise<Decider | null> {
  if (!user) return null;
  const email = user.email.toLowerCase();
  const today = now.toISOString().slice(0, 10);
  const groups = await groupsWith(transaction, [email, ...(await standsInFor(transaction, email, today))]);
  return {
    userId: user.id,
    name: user.name,
    email,
    builderId: user.builderId,
    isManager: roles.includes('admin') || roles.includes('executive'),
    groupIds: groups.filter(({ escalation }) => !escalation).map(({ id }) => id),
    inEscalation: groups.some(({ escalation }) => escalation),
  };
}

/** @throws {Problem} APPROVAL_NOT_YOURS with the reason */
export function requireMayDecide(approval: ApprovalRecord, decider: Decider): void {
  const refuse = (detail: string) => new Problem('APPROVAL_NOT_YOURS', detail);
  if (approval.submitted_user === decider.userId || approval.builder_id === decider.builderId) {
    throw refuse('You cannot decide your own request.');
  }
  if (approval.state === 'awaiting_second' && approval.first_user === decider.userId) {
    throw refuse('You have already approved it; a second person has to.');
  }
  if (approval.appealed_from === decider.userId && approval.state !== 'approved') {
    throw refuse('You rejected it before the appeal; a different approver has to decide.');
  }
  const isNamed = approval.group_id !== null && decider.groupIds.includes(approval.group_id);
  const isEscalated = approval.escalated_at !== null && decider.inEscalation;
  if (!isNamed && !isEscalated && !decider.isManager) {
    throw refuse('You are not in its approver group.');
  }
}

/**
 * E-mail addresses of those who may decide each request now, by its id: its group and, past its deadline, the escalation
 * group, with their stand-ins; where none of them may, the executives, or else the administrators. Empty when the
 * company has no other person who may.
 */
export async function approversOf(
  transaction: TenantTransaction,
  approvals: readonly ApprovalRecord[],
  groups: ReadonlyMap<string, GroupRecord>,
  now: Date,
): Promise<Map<string, string[]>> {
  const isAnyLate = approvals.some(({ escalated_at }) => escalated_at !== null);
  const above = isAnyLate ? await escalationGroups(transaction) : [];
  const membersOf = ({ group_id, escalated_at }: ApprovalRecord) =>
    [groups.get(group_id ?? ''), ...(escalated_at === null ? [] : above)].flatMap(
      (group) => group?.members ?? [],
    );
  const allMembers = [...new Set(approvals.flatMap(membersOf))];
  const standIns = await standInsOf(transaction, allMembers, now.toISOString().slice(0, 10));
  const barred = await activeUsers(transaction, { ids: [...new Set(approvals.flatMap(barredFrom))] });
  const managers = approvals.length === 0 ? [] : await managersOf(transaction);
  return new Map(
    approvals.map((approval) => {
      const members = membersOf(approval);
      const instead = standIns.filter(({ from_email }) => members.includes(from_email));
      const ids = barredFrom(approval);
      const own = barred.filter(({ id }) => ids.includes(id)).map(({ email }) => email.toLowerCase());
      const may = [...members, ...instead.map(({ to_email }) => to_email)].filter(
        (email) => !own.includes(email),
      );
      const all = may.length > 0 ? may : managers.filter((email) => !own.includes(email));
      return [approval.id, [...new Set(all)].sort()];
    }),
  );
}

/** Ids of those who may not decide a request, whatever their group: see {@link requireMayDecide}. */
function barredFrom(approval: ApprovalRecord): string[] {
  const { submitted_user, first_user, appealed_from, state } = approval;
  return [submitted_user, state === 'awaiting_second' ? first_user : null, appealed_from].filter(
    (id) => id !== null,
  );
}

/** Those who may decide every request but their own. */
async function managersOf(transaction: TenantTransaction): Promise<string[]> {
  const users = await activeUsers(transaction, { roles: ['executive', 'admin'] });
  const executives = users.filter(({ roles }) => roles.includes('executive'));
  return (executives.length > 0 ? executives : users).map(({ email }) => email.toLowerCase());
}
