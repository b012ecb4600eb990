import { z } from 'zod';
import { listPage, type Page } from '../../../../http/cursor.ts';
import { notFound } from '../../../../http/problem.ts';
import type { Prices } from '../../../../models/ledger/prices.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { DAY_MS } from '../../../../platform/durations.ts';
import { daysOf } from '../../../../platform/week.ts';
import type { LicenceService } from '../../../licences/licences/index.ts';
import { type Actor, displayName, record } from '../../../shared/audit/index.ts';
import { amountOf, differenceOf, FIGURES, ofCompany, ofGroup, ratioOf } from '../team/figures.ts';
import { assistantOf, SECOND, weeksOf } from '../team/measures.ts';
import type { Asked, TeamFigures } from '../team/service.ts';
import { activityIn, commitsIn } from '../team/store.ts';
import { readSpend, type SpendFile } from './import.ts';
import {
  addPrices,
  billsIn,
  deletePrice,
  listPrices,
  type NewPrice,
  type PriceRecord,
  replaceBills,
  setPrice,
} from './store.ts';

const ESTIMATE =
  'Estimates are tokens by the price table. Correlation, not cause: a commit with a link is not a commit that would be missing without it.';
const LICENCE_DAYS = 29;

interface Setup {
  database: Database;
  licences: Pick<LicenceService, 'analytics'>;
  team: TeamFigures;
  now: () => Date;
}

interface PriceInput {
  model: string;
  validFrom: string;
  input: number;
  output: number;
  cacheRead?: number | undefined;
  cacheWrite?: number | undefined;
}

/** What assistants cost: by estimate, by bill, and against commits. */
export function createSpend({ database, licences, team, now }: Setup) {
  /** Seats that were never in use in the last 30 days. */
  async function unusedSeats(tenantId: string) {
    const to = now().toISOString().slice(0, 10);
    const from = new Date(now().getTime() - LICENCE_DAYS * DAY_MS).toISOString().slice(0, 10);
    const { licences: used } = await licences.analytics.usage(tenantId, { from, to });
    return used
      .map(({ licence, product, maxSeats, peakDemand }) => ({
        licence,
        product,
        seats: maxSeats,
        peak: Math.min(peakDemand, maxSeats),
        unused: Math.max(0, maxSeats - peakDemand),
      }))
      .filter(({ unused }) => unused > 0);
  }

  return {
    report: async (tenantId: string, asked: Asked) => {
      const span = team.spanOf(asked);
      const unused = await unusedSeats(tenantId);
      return database.withTenant(tenantId, async (transaction) => {
        const activity = await activityIn(transaction, span.days);
        const commits = await commitsIn(transaction, span.days);
        const bills = await billsIn(transaction, span.days);
        const byWeek = await weeksOf({ activity, commits, tokens: [] });
        const weeks = [...byWeek.values()];
        const byAssistant = [...new Set(activity.map(assistantOf))].sort().flatMap((assistant) => {
          const estimatedMicros = amountOf(weeks, ofGroup(SECOND, assistant), 'cost');
          return estimatedMicros === null ? [] : [{ assistant, estimatedMicros }];
        });
        const estimatedMicros = amountOf(weeks, ofCompany, 'cost');
        const named = byAssistant.reduce((sum, one) => sum + one.estimatedMicros, 0);
        return {
          from: span.from,
          to: span.to,
          note: ESTIMATE,
          estimatedMicros,
          billedMicros: sumOf(bills),
          tokensUnpriced: amountOf(weeks, ofCompany, 'unpriced'),
          costPerLinkedCommit: ratioOf(weeks, ofCompany, FIGURES.costPerLinkedCommit),
          costUnlinkedMicros: differenceOf(weeks, ofCompany, ['cost', 'costLinked']),
          byAssistant,
          otherAssistantsMicros: estimatedMicros === null ? null : Math.max(0, estimatedMicros - named),
          byVendor: [
            ...Map.groupBy(bills, ({ vendor, model }) => JSON.stringify([vendor, model])).values(),
          ].map((rows) => ({
            vendor: rows[0]?.vendor ?? '',
            model: rows[0]?.model ?? '',
            billedMicros: sumOf(rows),
          })),
          trend: span.weeks.map((week) => {
            const { monday } = daysOf(week);
            const one = byWeek.get(monday);
            return {
              week,
              estimatedMicros: amountOf(one ? [one] : [], ofCompany, 'cost'),
              billedMicros: sumOf(bills.filter((bill) => bill.week === monday)),
            };
          }),
          licences: unused,
        };
      });
    },

    /** @throws {import('../../../../http/problem.ts').Problem} IMPORT_INVALID */
    import: async (actor: Actor, given: SpendFile & { vendor: string; dryRun: boolean }) => {
      const { vendor, dryRun, ...file } = given;
      const { rows, bills, columns } = readSpend(file);
      const costMicros = bills.reduce((sum, bill) => sum + bill.costMicros, 0);
      const days = new Set(bills.map(({ day }) => day)).size;
      if (!dryRun)
        await database.withTenant(actor.tenantId, async (transaction) => {
          await replaceBills(transaction, vendor, bills, displayName(actor));
          await record(transaction, actor, {
            subject: 'assistant-spend',
            details: [{ about: [], content: { vendor, rows, days, costMicros } }],
          });
        });
      return { dryRun, rows, days, costMicros, columns };
    },

    listPrices: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.object({ model: z.string(), validFrom: z.string() }),
          query: (after, limit) => listPrices(transaction, after, limit),
          key: ({ model, valid_from }) => ({ model, validFrom: valid_from }),
          view: priceView,
        }),
      ),

    setPrice: (actor: Actor, given: PriceInput) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await setPrice(transaction, {
          model: given.model,
          valid_from: given.validFrom,
          input_micros: given.input,
          output_micros: given.output,
          cache_read_micros: given.cacheRead ?? given.input,
          cache_write_micros: given.cacheWrite ?? given.input,
          set_by: displayName(actor),
        });
        await record(transaction, actor, {
          subject: `model-price:${given.model}`,
          details: [{ about: [], content: { ...given } }],
        });
        return priceView(row);
      }),

    /** @throws {import('../../../../http/problem.ts').Problem} NOT_FOUND */
    deletePrice: (actor: Actor, model: string, validFrom: string): Promise<void> =>
      database.withTenant(actor.tenantId, async (transaction) => {
        if (!(await deletePrice(transaction, model, validFrom)))
          throw notFound('price', `${model} ${validFrom}`);
        await record(transaction, actor, {
          subject: `model-price:${model}`,
          details: [{ about: [], content: { deleted: validFrom } }],
        });
      }),
  };
}

const sumOf = (bills: readonly { cost_micros: number }[]) =>
  bills.reduce((sum, bill) => sum + bill.cost_micros, 0);

function priceView(row: PriceRecord) {
  return {
    model: row.model,
    validFrom: row.valid_from,
    input: row.input_micros,
    output: row.output_micros,
    cacheRead: row.cache_read_micros,
    cacheWrite: row.cache_write_micros,
    setBy: row.set_by,
    setAt: row.set_at.toISOString(),
  };
}

/** Gives a company the prices that come with the product, for models that have none. */
export function seedPrices(transaction: TenantTransaction, prices: Prices, from: string): Promise<void> {
  const listed = [...prices].flatMap(([name, price]): NewPrice[] => {
    const model = name.slice(name.indexOf(':') + 1).replace(/-latest$/, '');
    if (price.out === 0) return [];
    return [
      {
        model,
        valid_from: from,
        input_micros: price.in,
        output_micros: price.out,
        cache_read_micros: price.cached ?? price.in,
        cache_write_micros: price.written ?? price.in,
        set_by: 'price list',
      },
    ];
  });
  return addPrices(transaction, listed);
}
