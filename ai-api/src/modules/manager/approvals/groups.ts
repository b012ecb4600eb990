import { z } from 'zod';
import type { Caller } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import * as store from './groups-store.ts';
import { delegationView, groupView } from './views.ts';

interface DelegationInput {
  toEmail: string;
  firstDay: string;
  lastDay: string;
  fromEmail?: string | undefined;
}

/** Whether anyone of the company has an e-mail address. */
export type IsKnown = (transaction: TenantTransaction, email: string) => Promise<boolean>;

/** Who decides: groups by team, and delegations. */
export function createGroups(database: Database, isKnown: IsKnown) {
  const taken = (name: string) =>
    new Problem('CONFLICT', `A group for that team, or one named ${name}, already exists.`);

  return {
    listGroups: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => store.listGroups(transaction, after, limit),
          key: ({ id }) => id,
          view: groupView,
        }),
      ),

    createGroup: (
      actor: Actor,
      input: { name: string; team?: string | undefined; escalation: boolean; members: string[] },
    ) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const group = await store.insertGroup(transaction, { ...input, team: input.team ?? null });
        if (!group) throw taken(input.name);
        await record(transaction, actor, {
          subject: `approver-group:${group.id}`,
          details: [{ about: [], content: groupView(group) }],
        });
        return groupView(group);
      }),

    updateGroup: (
      actor: Actor,
      groupId: string,
      change: {
        name?: string | undefined;
        escalation?: boolean | undefined;
        members?: string[] | undefined;
      },
    ) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const { name, escalation, members } = change;
        if (name !== undefined) {
          const other = await store.findGroupNamed(transaction, name);
          if (other && other.id !== groupId) throw taken(name);
        }
        const group = await store.updateGroup(transaction, groupId, {
          ...(name === undefined ? {} : { name }),
          ...(escalation === undefined ? {} : { escalation }),
          ...(members === undefined ? {} : { members }),
        });
        if (!group) throw notFound('approver group', groupId);
        await record(transaction, actor, {
          subject: `approver-group:${groupId}`,
          details: [{ about: [], content: groupView(group) }],
        });
        return groupView(group);
      }),

    deleteGroup: (actor: Actor, groupId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const group = await store.deleteGroup(transaction, groupId);
        if (!group) throw notFound('approver group', groupId);
        await record(transaction, actor, {
          subject: `approver-group:${groupId}`,
          details: [{ about: [], content: groupView(group) }],
        });
      }),

    listDelegations: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => store.listDelegations(transaction, after, limit),
          key: ({ id }) => id,
          view: delegationView,
        }),
      ),

    delegate: (actor: Actor, caller: Caller, input: DelegationInput) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const from = delegatorOf(caller, input.fromEmail);
        if (input.lastDay < input.firstDay) throw invalidField('lastDay', 'must not be before firstDay');
        if (input.toEmail === from) throw invalidField('toEmail', 'must be a different person');
        if (!(await isKnown(transaction, input.toEmail)))
          throw invalidField('toEmail', 'is the address of no user and no builder');
        const row = await store.insertDelegation(transaction, {
          from_email: from,
          to_email: input.toEmail,
          first_day: input.firstDay,
          last_day: input.lastDay,
        });
        await record(transaction, actor, {
          subject: `delegation:${row.id}`,
          details: [{ about: [], content: delegationView(row) }],
        });
        return delegationView(row);
      }),

    endDelegation: (actor: Actor, caller: Caller, delegationId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await store.findDelegation(transaction, delegationId);
        if (!row) throw notFound('delegation', delegationId);
        delegatorOf(caller, row.from_email);
        await store.deleteDelegation(transaction, delegationId);
        await record(transaction, actor, {
          subject: `delegation:${delegationId}`,
          details: [{ about: [], content: delegationView(row) }],
        });
      }),
  };
}

/** Whose decisions are delegated: the caller's own, or for managers anyone's. @throws {Problem} */
function delegatorOf({ user, roles }: Caller, asked: string | undefined): string {
  const own = user?.email.toLowerCase();
  const from = asked ?? own;
  if (from === undefined)
    throw invalidField('fromEmail', 'must name the person whose decisions are delegated');
  const manages = roles.includes('admin') || roles.includes('executive');
  if (from !== own && !manages)
    throw new Problem('APPROVAL_NOT_YOURS', 'You can delegate only your own decisions.');
  return from;
}
