import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import type { Agents } from '../agents/index.ts';
import { deleteBinding, findVersion, insertBinding, listBindings, lockRuleSet } from './store.ts';
import { bindingViewOf } from './views.ts';
import type { Action } from './vocabulary.ts';

interface NewBinding {
  target: 'agent' | 'chat';
  agentId?: string | undefined;
  ruleSet: string;
  action: Action;
  field?: string | undefined;
  maxReasks: number;
  approvers: string[];
}

/** What has been sent cannot be taken back. */
const OF_STREAMS: readonly Action[] = ['noop', 'exception'];

/** What is validated by itself. */
export function createBindings(database: Database, agents: Pick<Agents, 'get'>) {
  return {
    /** @throws {Problem} INVALID_INPUT, NOT_FOUND, CONFLICT */
    create: async (actor: Actor, given: NewBinding) => {
      const { target, agentId = null, ruleSet, action, field = null, maxReasks, approvers } = given;
      if (target === 'agent') {
        if (agentId === null) throw invalidField('agentId', 'is needed with the target agent');
        await agents.get(actor.tenantId, agentId);
      } else {
        if (agentId !== null) throw invalidField('agentId', 'is for the target agent');
        if (field !== null) throw invalidField('field', 'is for the target agent');
        if (!OF_STREAMS.includes(action))
          throw invalidField(
            'action',
            `must be ${OF_STREAMS.join(' or ')}: the chat sends what it writes at once`,
          );
      }
      return database.withTenant(actor.tenantId, async (transaction) => {
        const found = await lockRuleSet(transaction, ruleSet);
        if (!found) throw notFound('rule set', ruleSet);
        if (found.archived_at || found.published_version === null)
          throw new Problem(
            'CONFLICT',
            `The rule set ${ruleSet} has no version in force. Publish one first.`,
          );
        const inForce = await findVersion(transaction, ruleSet, found.published_version);
        if (action === 'human' && inForce?.definition.keepTexts === false)
          throw invalidField('action', 'human needs a rule set that keeps texts');
        const row = await insertBinding(transaction, {
          id: uuidv7(),
          target,
          agent_id: agentId,
          rule_set: ruleSet,
          action,
          field,
          max_reasks: maxReasks,
          approvers: JSON.stringify(approvers),
          created_by: displayName(actor),
        });
        if (!row) throw new Problem('CONFLICT', `The rule set ${ruleSet} is bound to it already.`);
        await record(transaction, actor, {
          subject: `validation-binding:${row.id}`,
          details: [{ about: [], content: given }],
        });
        return bindingViewOf(row);
      });
    },

    list: (tenantId: string, agentId: string | undefined, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listBindings(transaction, { agentId }, after, limit),
          key: ({ id }) => id,
          view: bindingViewOf,
        }),
      ),

    /** @throws {Problem} NOT_FOUND */
    remove: (actor: Actor, bindingId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        if (!(await deleteBinding(transaction, bindingId))) throw notFound('binding', bindingId);
        await record(transaction, actor, {
          subject: `validation-binding:${bindingId}`,
          details: [{ about: [], content: { removed: true } }],
        });
      }),
  };
}
