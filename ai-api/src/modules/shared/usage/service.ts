import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, Problem } from '../../../http/problem.ts';
import type { CallOutcome } from '../../../models/failures.ts';
import type { Ledger } from '../../../models/ledger/index.ts';
import type { CallRecord } from '../../../models/ledger/store.ts';
import { type CallFilter, listCalls, sumUsage } from '../../../models/ledger/usage.ts';
import type { Traces } from '../../../models/tracing/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import { type Actor, record } from '../audit/index.ts';
import type { Identity } from '../identity/index.ts';
import type { UsageKey } from './contract.ts';

type Asked = Omit<CallFilter, 'from' | 'to'> & { from?: string | undefined; to?: string | undefined };

interface Parts {
  database: Database;
  ledger: Ledger;
  traces: Traces;
  identity: Pick<Identity, 'isOpenedByPerson'>;
  now: () => Date;
}

export type UsageService = ReturnType<typeof createUsage>;

/** Reports of the ledger, and budgets. */
export function createUsage({ database, ledger, traces, identity, now }: Parts) {
  /** @throws {Problem} INVALID_INPUT for a span that ends before it begins */
  function filterOf({ from, to, ...filter }: Asked): CallFilter {
    const last = to === undefined ? now().getTime() : Date.parse(to);
    const first = from === undefined ? last - 30 * DAY_MS : Date.parse(from);
    if (first > last) throw invalidField('from', 'must not be after to');
    const dayOf = (ms: number) => Math.floor(ms / DAY_MS) * DAY_MS;
    return { ...filter, from: new Date(dayOf(first)), to: new Date(dayOf(last) + DAY_MS) };
  }

  /** @throws {Problem} FORBIDDEN in a company that a person opened, beyond what the installation gives each company */
  async function requireLower(transaction: TenantTransaction, dailyMicros: number | null): Promise<void> {
    const most = ledger.installationBudget;
    if (most === null || dailyMicros === null || dailyMicros <= most) return;
    if (await identity.isOpenedByPerson(transaction))
      throw new Problem('FORBIDDEN', `The budget of this company is ${most} micro-dollars a day at most.`);
  }

  return {
    summarize: (tenantId: string, by: string, asked: Asked, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        const keys = [...new Set(by.split(','))] as UsageKey[];
        const none = { day: null, model: null, purpose: null, person: null, prompt: null };
        return listPage(page, {
          cursor: z.array(z.string().max(500)).length(keys.length),
          query: (after, limit) => sumUsage(transaction, keys, filterOf(asked), after, limit),
          key: (row) => row.keys,
          view: (row) => ({
            ...none,
            ...Object.fromEntries(keys.map((key, index) => [key, row.keys[index] ?? null])),
            attempts: row.attempts,
            failed: row.failed,
            tokensIn: Number(row.tokens_in),
            tokensOut: Number(row.tokens_out),
            tokensCached: Number(row.tokens_cached),
            costMicros: Number(row.cost_micros),
            unpriced: row.unpriced,
          }),
        });
      }),

    listCalls: (tenantId: string, asked: Asked, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.object({ at: z.iso.datetime(), id: z.uuid() }),
          query: (before, limit) => listCalls(transaction, filterOf(asked), before, limit),
          key: (row) => ({ at: row.started_at.toISOString(), id: row.id }),
          view: callView,
        }),
      ),

    getTraces: (tenantId: string) => traces.count(tenantId),

    /** @throws {Problem} CONFLICT without Langfuse */
    exportTraces: async (
      actor: Actor,
      { since, until, again }: { since: string; until?: string | undefined; again: boolean },
    ) => {
      const due = await database.withTenant(actor.tenantId, async (transaction) => {
        if (!traces.isConnected) {
          throw new Problem('CONFLICT', 'Langfuse is not set up: LANGFUSE_BASE_URL is not set.');
        }
        const [from, to] = [new Date(since), until === undefined ? now() : new Date(until)];
        if (from > to) throw invalidField('since', 'must not be after until');
        const renewed = await traces.renew(transaction, from, to, again);
        await record(transaction, actor, {
          subject: 'models:traces',
          details: [{ about: [], content: { since, until: to.toISOString(), again, traces: renewed } }],
        });
        return { traces: renewed };
      });
      traces.hurry();
      return due;
    },

    getBudget: (tenantId: string) => ledger.budgetOf(tenantId),

    /** @throws {Problem} FORBIDDEN */
    setBudget: async (actor: Actor, dailyMicros: number | null) => {
      await database.withTenant(actor.tenantId, async (transaction) => {
        await requireLower(transaction, dailyMicros);
        await ledger.setBudget(transaction, actor.tenantId, dailyMicros);
        await record(transaction, actor, {
          subject: 'models:budget',
          details: [{ about: [], content: { dailyMicros } }],
        });
      });
      return ledger.budgetOf(actor.tenantId);
    },
  };
}

function callView(row: CallRecord) {
  return {
    attemptId: row.id,
    callId: row.call_id,
    attempt: row.attempt,
    kind: row.kind,
    purpose: row.purpose,
    subject: row.subject,
    judgementId: row.judgement_id,
    person: row.person,
    prompt: row.prompt_name ? { name: row.prompt_name, version: row.prompt_version ?? '' } : null,
    model: `${row.provider}:${row.model}`,
    outcome: row.outcome as CallOutcome,
    error: row.error,
    tokensIn: row.tokens_in,
    tokensOut: row.tokens_out,
    tokensCached: row.tokens_cached,
    isEstimated: row.tokens_estimated,
    costMicros: row.cost_micros,
    latencyMs: row.latency_ms,
    traceId: row.trace_id,
    startedAt: row.started_at.toISOString(),
  };
}
