import { v7 as uuidv7 } from 'uuid';
import {
  type Database,
  dataRegionOf,
  requireHere,
  type TenantTransaction,
} from '../../platform/database/index.ts';
import type { CallLedger, RecordedAttempt } from '../chain.ts';
import { ModelError } from '../chat.ts';
import { keepCallTrace } from '../tracing/call-trace.ts';
import { maskText } from './mask.ts';
import { costOf, type Prices } from './prices.ts';
import { findBudget, saveBudget, spentSince } from './store.ts';
import { createWriter, type NewCall } from './writer.ts';

export { readPrices } from './prices.ts';
export { usageOfTrace } from './store.ts';

/** Longest text of a call that is kept, in characters. */
const KEPT = 32_000;
/** How long a sum that was read is taken for true, in milliseconds: other processes spend too. */
const SUM_TTL = 15_000;
/** The database keeps four bytes for a count. */
const MAX_TOKENS = 2_147_483_647;

export interface LedgerOptions {
  prices: Prices;
  /** Micro-dollars a day for tenants without a budget of their own; unlimited when null. */
  dailyMicros: number | null;
  now?: () => Date;
}

interface Spending {
  day: string;
  spent: number;
  budget: number | null;
  spentInMonth: number;
  /** What the plan of the tenant allows in the month (UTC). */
  monthly: number | null;
  readAt: number;
}

type MonthlyLimit = (transaction: TenantTransaction) => Promise<number | null>;

export type Ledger = ReturnType<typeof createLedger>;

/** The record of every attempt at a model, and the budgets that it is counted against. */
export function createLedger(database: Database, options: LedgerOptions) {
  const { prices, dailyMicros, now = () => new Date() } = options;
  const write = createWriter(database, keepCallTrace);
  const spendings = new Map<string, Spending>();
  let monthlyLimit: MonthlyLimit = async () => null;

  async function spendingOf(tenantId: string): Promise<Spending> {
    const at = now();
    const day = at.toISOString().slice(0, 10);
    const known = spendings.get(tenantId);
    if (known && known.day === day && at.getTime() - known.readAt < SUM_TTL) return known;
    const read = await database.withTenant(tenantId, async (transaction) => {
      const budget = (await findBudget(transaction)) ?? dailyMicros;
      // Without a budget the sum is not needed.
      const spent = budget === null ? 0 : await spentSince(transaction, new Date(`${day}T00:00:00Z`));
      const monthly = await monthlyLimit(transaction);
      const spentInMonth = monthly === null ? 0 : await spentSince(transaction, monthOf(at));
      return { budget, spent, monthly, spentInMonth };
    });
    const spending = { day, ...read, readAt: at.getTime() };
    spendings.set(tenantId, spending);
    return spending;
  }

  const calls: CallLedger = {
    admit: async (tenantId) => {
      const { budget, spent, monthly, spentInMonth } = await spendingOf(tenantId);
      if (budget !== null && spent >= budget)
        throw new ModelError('over_budget', "Today's budget for models is used up.");
      if (monthly !== null && spentInMonth >= monthly)
        throw new ModelError('over_budget', "The plan's budget for models is used up for this month.");
    },
    regionOf: async (tenantId) => {
      const region = await dataRegionOf(database, tenantId);
      requireHere(database.residency, region);
      return region;
    },
    record: async (attempt) => {
      const { tenantId } = attempt.call;
      const cost = costOf(prices, attempt.provider, attempt.model, attempt.usage);
      const known = spendings.get(tenantId);
      if (known) {
        known.spent += cost ?? 0;
        known.spentInMonth += cost ?? 0;
      }
      await write(tenantId, toRow(attempt, cost));
    },
  };

  return {
    ...calls,
    /** Whether a model has a price, so that its calls count against budgets. */
    isPriced: (provider: string, model: string) =>
      costOf(prices, provider, model, { tokensIn: 0, tokensOut: 0 }) !== null,
    /** Micro-dollars a day for tenants without a budget of their own; unlimited when null. */
    installationBudget: dailyMicros,
    /** What a tenant may spend on one day (UTC) and has spent today, in micro-dollars. */
    budgetOf: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const own = await findBudget(transaction);
        const day = now().toISOString().slice(0, 10);
        const spentMicros = await spentSince(transaction, new Date(`${day}T00:00:00Z`));
        return { day, dailyMicros: own ?? dailyMicros, isOwn: own !== null, spentMicros };
      }),
    /** Gives a tenant a budget of its own, or with null the installation's. In force within seconds. */
    setBudget: async (transaction: TenantTransaction, tenantId: string, micros: number | null) => {
      await saveBudget(transaction, micros);
      spendings.delete(tenantId);
    },
    /** Has the plan of a tenant limit what it spends in a month; null is no limit. In force within seconds. */
    limitMonth: (limit: MonthlyLimit): void => {
      monthlyLimit = limit;
    },
    /** Micro-dollars that the tenant has spent in the month (UTC). */
    spentInMonth: (transaction: TenantTransaction) => spentSince(transaction, monthOf(now())),
  };
}

function monthOf(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth()));
}

/** 32 hex digits of a UUID: every judgement has a trace id without storing it. */
export function traceIdOf(uuid: string): string {
  return uuid.replaceAll('-', '');
}

function toRow(attempt: RecordedAttempt, cost: number | null): NewCall {
  const { call, usage, input } = attempt;
  const id = uuidv7();
  const shared = call.traceId ?? (call.judgementId ? traceIdOf(call.judgementId) : null);
  // Vectors of words that are in this process are no call to anyone.
  const isAlone = shared === null && attempt.provider !== 'static';
  const traceId = isAlone ? traceIdOf(id) : shared;
  return {
    id,
    isAlone,
    call_id: attempt.callId,
    attempt: attempt.number,
    kind: attempt.kind,
    purpose: stored(call.purpose, 100),
    subject: call.subject === undefined ? null : stored(call.subject, 300),
    judgement_id: call.judgementId ?? null,
    person: call.person ?? null,
    session_id: call.sessionId ?? null,
    prompt_name: call.prompt?.name ?? null,
    prompt_version: call.prompt ? String(call.prompt.version) : null,
    prompt_link: call.prompt?.langfuseVersion ?? null,
    provider: attempt.provider,
    model: attempt.model,
    outcome: attempt.outcome,
    error: attempt.error,
    tokens_in: count(usage.tokensIn),
    tokens_out: count(usage.tokensOut),
    tokens_cached: count(usage.tokensCached ?? 0),
    tokens_estimated: attempt.isEstimated,
    cost_micros: cost,
    latency_ms: attempt.latencyMs,
    trace_id: traceId,
    input:
      input &&
      stored(
        maskText(
          JSON.stringify([{ role: 'system', content: input.system }, ...input.messages]).slice(0, KEPT),
        ),
        KEPT,
      ),
    output: attempt.output === null ? null : stored(maskText(attempt.output.slice(0, KEPT)), KEPT),
    started_at: attempt.startedAt.toISOString(),
  };
}

/** What a provider claims may be anything. */
function count(tokens: number): number {
  return Number.isFinite(tokens) ? Math.min(Math.max(0, Math.round(tokens)), MAX_TOKENS) : 0;
}

/** Text as PostgreSQL takes it: no NUL, no half characters. */
function stored(text: string, longest: number): string {
  return text.slice(0, longest).replaceAll('\u0000', '').toWellFormed();
}
