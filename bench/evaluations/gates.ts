import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { decide } from '../../ai-api/src/judgement/decide.ts';
import type { CriterionResult } from '../../ai-api/src/judgement/index.ts';
import { DEFAULT_THRESHOLDS } from '../../ai-api/src/judgement/thresholds.ts';
import { kindOfGate, stageGateKind } from '../../ai-api/src/modules/manager/stage-gates/kind.ts';
import { weekOf } from '../../ai-api/src/platform/week.ts';
import { type Company, generateCompany, SAMPLE } from '../../examples/generate.ts';
import type { Home } from '../homes.ts';
import { importCompany, startPlatform } from '../platform.ts';
import { median } from '../statistics.ts';
import { printTable, shareOf } from '../triage/outcomes.ts';
import { differences, withOtherPeople } from './counterfactual.ts';
import { type NoisyModel, randomsOf } from './noisy.ts';
import { shuffled } from './stability.ts';

const RECENT_WEEKS = 4;
const AGAIN = 20;
const SAMPLES = [1, 3, 5, 7];

/** Three measures and a question; both sides know only these words. */
const CRITERIA = [
  {
    kind: 'measure',
    id: 'goals',
    title: 'Half of the goals met',
    when: 'recent.goalsSet > 0.0 && recent.goalsMet >= 0.5 * recent.goalsSet',
  },
  { kind: 'measure', id: 'market', title: 'Ten million dollars', when: 'project.tamUsd >= 10000000.0' },
  { kind: 'measure', id: 'weeks', title: 'Three weeks of figures', when: 'recent.weeks >= 3.0' },
  {
    kind: 'question',
    id: 'demand',
    title: 'Demand',
    question: 'Does the evidence show that people want it?',
  },
] as const;
const WITH_DEFAULTS = CRITERIA.map((criterion) => ({ ...criterion, required: true, weight: 10 }));
const GATE_KIND = kindOfGate(WITH_DEFAULTS);
const EVIDENCE = 'Eleven interviews and two signed letters of intent.';

/** What the measures come to by the company's own rows: met, not met, or not known. */
function byHand({ projects, projectMetrics }: Company, projectId: string): Record<string, boolean | null> {
  const project = projects.find(({ project_id }) => project_id === projectId);
  const weeks = projectMetrics
    .filter(({ project_id }) => project_id === projectId)
    .toSorted((one, two) => (one.week < two.week ? 1 : -1))
    .slice(0, RECENT_WEEKS);
  const sum = (values: (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  const [set, met] = [sum(weeks.map((week) => week.goals_set)), sum(weeks.map((week) => week.goals_met))];
  const tam = project?.tam_usd ?? null;
  return {
    goals: set === null || met === null ? null : set > 0 && met >= set / 2,
    market: tam === null ? null : tam >= 10_000_000,
    weeks: weeks.length >= 3,
  };
}

/** The sample company in the weeks up to this one, since gates look at today; its projects that may go on to validation. */
function companyOfToday(builders: number) {
  const company = generateCompany({ ...SAMPLE, builders, lastWeek: weekOf(new Date()) });
  const ids = company.projects.filter(({ stage }) => stage === 'idea').map(({ project_id }) => project_id);
  return { company, ids };
}

/** Agreement, stability and counterfactuals of a stage gate. @returns what a gate's model was sent that a name changed */
export async function measureGates(home: Home, model: NoisyModel, builders: number): Promise<number> {
  const { company, ids } = companyOfToday(builders);
  const environment = { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'loopback' };
  const platform = await startPlatform(home, environment);
  try {
    await importCompany(platform.client, company);
    const { items } = await platform.client.stageGate.list({});
    const before = items.find(({ fromStage }) => fromStage === 'idea');
    await platform.client.stageGate.save({
      ...{
        fromStage: 'idea',
        toStage: 'validation',
        name: 'Worth building',
        expectedVersion: before?.version ?? 0,
      },
      criteria: WITH_DEFAULTS,
    });
    model.takeSent();
    const results = new Map<string, CriterionResult[][]>();
    for (const id of ids) results.set(id, [await evaluated(platform.client, id)]);
    const sent = model.takeSent();
    printAgreement(company, results);
    for (const [id, each] of results)
      while (each.length < AGAIN) each.push(await evaluated(platform.client, id));
    printStability(results);
    await importCompany(platform.client, withOtherPeople(company));
    model.takeSent();
    for (const id of ids) await evaluated(platform.client, id);
    const moved = differences(sent, model.takeSent()).length;
    console.log(
      `\nA gate's model, names, addresses, teams and titles swapped: ${moved} of ${2 * sent.length} texts differ`,
    );
    return moved;
  } finally {
    await platform.stop();
  }
}

async function evaluated(client: Client, projectId: string): Promise<CriterionResult[]> {
  const { judgement } = await client.stageGate.evaluate({
    projectId,
    toStage: 'validation',
    evidence: EVIDENCE,
  });
  if (judgement.modelFailure) throw new Error(judgement.modelFailure.message);
  return judgement.criteria;
}

function printAgreement(company: Company, results: ReadonlyMap<string, readonly CriterionResult[][]>): void {
  const rows = CRITERIA.filter(({ kind }) => kind === 'measure').map(({ id, title }) => {
    const same = [...results].filter(([projectId, [criteria]]) => {
      const found = criteria?.find((criterion) => criterion.id === id);
      const said = found?.score === null || found === undefined ? null : found.score >= 50;
      return said === (byHand(company, projectId)[id] ?? null);
    });
    return [title, shareOf(same.length, results.size)];
  });
  console.log(`\nStage gate, ${results.size} projects: measures that come to the same as by hand`);
  printTable([['measure', 'the same'], ...rows]);
}

function printStability(results: ReadonlyMap<string, readonly CriterionResult[][]>): void {
  const random = randomsOf(31);
  const rows = SAMPLES.map((k) => {
    let same = 0;
    let all = 0;
    for (const each of results.values()) {
      for (let draw = 0; draw < AGAIN; draw++) {
        const drawn = shuffled(each, random);
        all++;
        if (decided(drawn.slice(0, k)) === decided(drawn.slice(k, 2 * k))) same++;
      }
    }
    return [String(k), shareOf(same, all)];
  });
  console.log(`\nGates that come to the same when the project is evaluated again`);
  printTable([['readings, median of', 'the same'], ...rows]);
}

/** What a gate decides or proposes when the median of some readings is taken. */
function decided(readings: readonly (readonly CriterionResult[])[]): string {
  const [first = []] = readings;
  const criteria = first.map((criterion) => {
    if (criterion.decidedBy !== 'model') return criterion;
    const scores = readings.flatMap((one) => one.find(({ id }) => id === criterion.id)?.score ?? []);
    return { ...criterion, score: Math.round(median(scores)) };
  });
  if (!stageGateKind.decides) throw new Error('A stage gate does not decide.');
  const decision = decide(GATE_KIND.criteria, criteria, null, stageGateKind.decides, DEFAULT_THRESHOLDS, []);
  return decision.outcome ?? decision.proposed ?? 'review';
}
