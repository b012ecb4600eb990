import { sql } from 'kysely';
import { invalidField } from '../../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { DAY_MS } from '../../../../platform/durations.ts';
import { countByOperation } from '../../../shared/audit/index.ts';
import { readState } from '../compute/state.ts';

const DEFAULT_DAYS = 30;

/** What was captured, redacted, exported and erased, for auditors. */
export function createEvidence({ database, now }: { database: Database; now: () => Date }) {
  return (tenantId: string, given: { from?: string | undefined; to?: string | undefined }) =>
    database.withTenant(tenantId, async (transaction) => {
      const to = given.to ?? now().toISOString().slice(0, 10);
      const from =
        given.from ?? new Date(Date.parse(to) - (DEFAULT_DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
      if (from > to) throw invalidField('from', 'must not be after to');
      const span = { from: new Date(from), to: new Date(Date.parse(to) + DAY_MS) };
      const done = await countByOperation(transaction, span);
      const count = (operation: string) => done.get(operation) ?? 0;
      return {
        from,
        to,
        captured: await captured(transaction, span),
        redacted: await redacted(transaction, span),
        exported: {
          conversations: count('conversation.export'),
          shares: count('conversation.share'),
          auditExports: count('audit.export'),
          accessReports: count('audit.reports') + count('privacyRequest.export'),
        },
        erased: await removed(transaction, span, count('conversationPolicy.apply')),
        erasures: count('audit.erase') + count('privacyRequest.erase'),
        retentionDays: (await readState(transaction)).retention_days,
        policies: await policies(transaction),
      };
    });
}

interface Times {
  from: Date;
  to: Date;
}

/** Private conversations are left out: by tool and day, a count would show what one person did. */
async function captured(transaction: TenantTransaction, { from, to }: Times) {
  const { rows } = await sql<{ tool: string; conversations: number; messages: number }>`
    select tool, count(*)::integer as conversations, sum(messages)::integer as messages
    from context.conversations where not is_private and created_at >= ${from} and created_at < ${to}
    group by 1 order by 1`.execute(transaction);
  return rows;
}

async function redacted(transaction: TenantTransaction, { from, to }: Times) {
  const { rows } = await sql<{ rule: string; count: number }>`
    select rule, sum(count)::integer as count
    from context.redactions as redaction
    join context.conversations as conversation on conversation.id = redaction.conversation_id
    where not conversation.is_private and conversation.created_at >= ${from} and conversation.created_at < ${to}
    group by 1 order by 1`.execute(transaction);
  return rows;
}

/** What a policy removes may be saved again when the policy ends, so that only the audit trail remembers it. */
async function removed(transaction: TenantTransaction, { from, to }: Times, byPolicy: number) {
  const { rows } = await sql<{ reason: string; count: number }>`
    select reason, count(*)::integer as count from context.removals
    where removed_at >= ${from} and removed_at < ${to} group by 1 order by 1`.execute(transaction);
  return byPolicy > 0 ? [...rows, { reason: 'policy', count: byPolicy }] : rows;
}

async function policies(transaction: TenantTransaction) {
  const { rows } = await sql<{ action: string; count: number }>`
    select action, count(*)::integer as count from context.policies group by 1 order by 1`.execute(
    transaction,
  );
  return rows;
}
