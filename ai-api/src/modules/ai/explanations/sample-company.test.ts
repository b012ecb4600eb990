import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { partOfSampleCompany, sampleCompany, startApi, type TestApi } from '../../../../test/api.ts';
import { foundBySearch, smallestByForce } from '../../../../test/by-force.ts';
import { businessDatabases } from '../../../../test/databases.ts';
import { evaluate, everyItem } from '../../../../test/runs.ts';
import { findWithFacts, newestByEngines } from '../../../judgement/index.ts';
import { explains as ofRequests } from '../../manager/approvals/index.ts';
import { explains as ofWeeks } from '../../manager/evaluations/index.ts';
import { explains as ofGates } from '../../manager/stage-gates/index.ts';
import { bookOf } from './index.ts';

/** How many explanations of stored judgements are made; the whole company is judged for more than its part has. */
const WANTED = Number(process.env.EXPLANATIONS ?? 100);
const PART = 8;
const WHOLE_FROM = 1_000;
const CATEGORIES = ['meeting', 'research', 'other'] as const;

type Row = Record<string, string>;

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The sample company, or the same people with figures that another year could have had. */
function companyOf(seed: number) {
  const files = WANTED < WHOLE_FROM ? partOfSampleCompany(PART) : sampleCompany();
  const rows = (csv: string) => parse(csv, { columns: true }) as Row[];
  const [metrics, projectMetrics] = [rows(files.metrics), rows(files.projectMetrics)];
  if (seed === 0) return { ...files, metrics, projectMetrics };
  const next = chance(seed);
  const near = (value: string | undefined, spread: number, most = Infinity) =>
    value === '' || value === undefined
      ? ''
      : String(Math.min(most, Math.max(0, Math.round(Number(value) + spread * (2 * next() - 1)))));
  return {
    ...files,
    metrics: metrics.map(
      (row): Row => ({
        ...row,
        hours_worked: near(row.hours_worked, 12),
        active_days: near(row.active_days, 2, 7),
        brainlift_quality: near(row.brainlift_quality, 30, 100),
        brainlift_entries: near(row.brainlift_entries, 4),
        goals_met: near(row.goals_met, 3),
      }),
    ),
    projectMetrics: projectMetrics.map(
      (row): Row => ({
        ...row,
        goals_met: near(row.goals_met, 3),
        active_users: near(row.active_users, 40),
      }),
    ),
  };
}

/** Judges every week, every project at its gate, and three requests of each builder. */
async function judgeCompany({ client, context }: TestApi, seed: number): Promise<void> {
  const { builders, projects, metrics, projectMetrics } = companyOf(seed);
  await client.people.import({ builders, projects, metrics, projectMetrics } as never);
  for (const week of [...new Set(metrics.map((row) => row.week ?? ''))].toSorted())
    await evaluate(client, { week });
  for (const { projectId } of await everyItem((page) => client.project.list(page)))
    await client.stageGate.evaluate({ projectId }).catch(refused);
  const next = chance(seed + 1_000);
  const today = context.clock.now().getTime();
  for (const { builderId } of await everyItem((page) => client.builder.list(page)))
    for (let one = 0; one < 3; one++)
      await client.approval.triage({
        ...{ builderId, hours: Math.ceil(next() * 40) / 4, category: CATEGORIES[Math.floor(next() * 3)] },
        date: new Date(today - Math.floor(next() * 40) * 86_400_000).toISOString().slice(0, 10),
        justification: 'Wrote the plan of the quarter with the pilot customer.',
      } as never);
}

const explainsOf = ({ context: { approvals, evaluations, stageGates } }: TestApi) => [
  ...ofRequests(approvals),
  ...ofWeeks(evaluations),
  ...ofGates(stageGates),
];

/** Projects of the last stage have no gate. */
function refused(error: { code?: string }): void {
  if (error.code !== 'STAGE_GATE_MISSING') throw error;
}

describe.each(businessDatabases())('explanations of the sample company on $name', ({ create }) => {
  test('are true when they are judged again, and the smallest by every value of up to three facts', async () => {
    const total = { explained: 0, reproduced: 0, changes: 0, untrue: 0, cut: 0, larger: 0 };
    const sizes: Record<string, number> = {};
    for (let seed = 0; total.explained < WANTED; seed++) {
      const testDatabase = await create();
      const api = await startApi(testDatabase);
      await judgeCompany(api, seed);
      const { tenantId } = await api.client.identity.whoami({});
      for (let before: string | null = null; total.explained < WANTED; ) {
        const limit = Math.min(200, WANTED - total.explained);
        const page = await api.client.explanation.check({ limit, ...(before ? { before } : {}) });
        const ids = await api.context.database.withTenant(tenantId, (transaction) =>
          newestByEngines(
            transaction,
            explainsOf(api).map(({ kind }) => kind.name),
            limit,
            before,
          ),
        );
        total.explained += page.explained;
        total.reproduced += page.reproduced;
        total.changes += page.changes;
        total.untrue += page.untrue;
        for (const id of ids) await compare(api, tenantId, id);
        if (WANTED >= WHOLE_FROM) console.log(JSON.stringify({ companies: seed + 1, ...total, sizes }));
        if (page.next === null) break;
        before = page.next;
      }
      await api.stop();
      await testDatabase.remove();
    }
    expect(total).toMatchObject({ explained: WANTED, reproduced: WANTED, untrue: 0, cut: 0, larger: 0 });
    expect(total.changes).toBeGreaterThan(WANTED / 20);

    /** Holds what the search finds for a stored judgement against trying everything. */
    async function compare(api: TestApi, tenant: string, id: string) {
      const { facts, view, book } = await api.context.database.withTenant(tenant, async (transaction) => {
        const judgement = (await findWithFacts(transaction, [id])).get(id) ?? expect.fail('it is gone');
        const of = explainsOf(api).find(({ kind }) => kind.name === judgement.view.kind);
        return { ...judgement, book: await bookOf(transaction, of ?? expect.fail('no kind'), judgement) };
      });
      const { found, isComplete } = foundBySearch(book, facts, view.criteria);
      const forced = smallestByForce(book, facts, view.criteria);
      const [names] = Object.keys(forced);
      const size = names === undefined ? 0 : names.split(' + ').length;
      sizes[size] = (sizes[size] ?? 0) + 1;
      if (!isComplete) total.cut += 1;
      else if (JSON.stringify(sorted(found)) !== JSON.stringify(sorted(forced))) total.larger += 1;
    }
  }, 3_600_000);
});

const sorted = (changes: Record<string, number>) =>
  Object.entries(changes).toSorted(([a], [b]) => (a < b ? -1 : 1));
