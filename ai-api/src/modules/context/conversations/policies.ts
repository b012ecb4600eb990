import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { type Actor, displayName, record, systemActor } from '../../shared/audit/index.ts';
import type { ReadCache } from './cache.ts';
import { actionFor, type Policy } from './policy-match.ts';
import { allPolicies, deletePolicy, listPolicies, type PolicyRecord, setPolicy } from './policy-store.ts';
import { type RemovalSetup, removeConversations } from './removing.ts';
import { eachConversation } from './store.ts';

const APPLY_QUEUE = 'context.apply-policies';
const PAGE = 100;

interface ApplyJob {
  tenantId: string;
}

interface PoliciesSetup extends RemovalSetup {
  database: Database;
  jobs: Jobs;
  cache: ReadCache;
}

/** What is saved where. A policy that forbids saving removes what is stored already. */
export function createPolicies({ database, jobs, cache, ...removal }: PoliciesSetup) {
  jobs.define<ApplyJob, string>({
    name: APPLY_QUEUE,
    priority: 'low',
    concurrency: 1,
    retryLimit: 5,
    retryDelay: 5,
    retryDelayMax: 300,
    expireInSeconds: 1_800,
    handle: async ({ tenantId }, attempt) => {
      const actor = systemActor(tenantId, 'conversationPolicy.apply');
      const policies = await database.withTenant(tenantId, allPolicies);
      for (let after = attempt.progress; ; ) {
        attempt.signal.throwIfAborted();
        const from: string | null = after;
        const last = await database.withTenant(tenantId, async (transaction) => {
          const rows = await eachConversation(transaction, from, PAGE);
          const forbidden = rows.filter(
            ({ repository, working_directory }) =>
              actionFor(policies, { repository, workingDirectory: working_directory }) === 'do-not-save',
          );
          await removeConversations(transaction, removal, actor, forbidden, {
            reason: 'policy',
            remember: false,
          });
          return rows.at(-1)?.id;
        });
        if (last === undefined) break;
        after = last;
        await attempt.checkpoint(after);
      }
      await cache.hidden(tenantId);
    },
    // The policy holds for what is saved from now on; what is stored stays until it is set again.
    onDead: async () => {},
  });

  return {
    list: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listPolicies(transaction, after, limit),
          key: ({ id }) => id,
          view: policyView,
        }),
      ),

    set: (actor: Actor, { reason, ...policy }: Policy & { reason?: string | undefined }) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await setPolicy(transaction, {
          ...policy,
          reason: reason ?? null,
          created_by: displayName(actor),
        });
        if (policy.action === 'do-not-save')
          await jobs.enqueue<ApplyJob>(transaction, APPLY_QUEUE, [{ tenantId: actor.tenantId }]);
        await record(transaction, actor, {
          subject: `conversation-policy:${row.id}`,
          details: [{ about: [], content: { ...policy, reason: reason ?? null } }],
        });
        return policyView(row);
      }),

    delete: (actor: Actor, policyId: string): Promise<void> =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await deletePolicy(transaction, policyId);
        if (!row) throw notFound('policy', policyId);
        const { scope, pattern, action } = row;
        await record(transaction, actor, {
          subject: `conversation-policy:${policyId}`,
          details: [{ about: [], content: { deleted: { scope, pattern, action } } }],
        });
      }),
  };
}

function policyView(row: PolicyRecord) {
  return {
    policyId: row.id,
    scope: row.scope,
    pattern: row.pattern,
    action: row.action,
    reason: row.reason,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}
