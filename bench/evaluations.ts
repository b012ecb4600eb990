import type { Client } from '../ai-api/src/catalogue/client.ts';
import { type Company, generateCompany, SAMPLE } from '../examples/generate.ts';
import { type Graded, type Pair, printAgreement, publishedGrades } from './evaluations/agreement.ts';
import {
  differences,
  textsWith,
  withOtherPeople,
  writingOfThemselves,
} from './evaluations/counterfactual.ts';
import { BOOKS, judgeWeek, subjectsOf } from './evaluations/facts.ts';
import { measureGates } from './evaluations/gates.ts';
import { NOISE_POINTS, type NoisyModel, startNoisyModel } from './evaluations/noisy.ts';
import { BUILDER_WEIGHTS, PROJECT_WEIGHTS } from './evaluations/published-rules.ts';
import { BUILDER_MOVES, measureSensitivity, PROJECT_MOVES } from './evaluations/sensitivity.ts';
import { measureStability, type ReadingsBySubject } from './evaluations/stability.ts';
import { forEachHomeKind, type Home, type HomeKind } from './homes.ts';
import { importCompany, runWeek, startPlatform } from './platform.ts';

const WEEK = SAMPLE.lastWeek;
/** Runs of which each asks the noisy model about every week and project once. */
const RUNS = Number(process.env.BENCH_RUNS ?? 15);
const BUILDERS = Number(process.env.BENCH_BUILDERS ?? SAMPLE.builders);

type Judgement = NonNullable<Awaited<ReturnType<Client['evaluation']['get']>>['judgement']>;

/** Judgements of a run by the id of the builder or of the project. */
async function judgementsOf(client: Client): Promise<Map<string, Judgement>> {
  const { runId } = await runWeek(client, WEEK, 200);
  const { items } = await client.evaluation.listResults({ runId, limit: 200 });
  const found = new Map<string, Judgement>();
  for (const { evaluationId, builderId } of items) {
    const { judgement, projects } = await client.evaluation.get({ evaluationId });
    if (judgement) found.set(builderId, judgement);
    for (const project of projects) found.set(project.projectId, project.judgement);
  }
  return found;
}

const gradedAs = ({ grade, criteria }: Judgement): Graded => ({
  letter: grade,
  points: Object.fromEntries(criteria.map(({ id, score, weight }) => [id, weight > 0 ? score : null])),
});

function compare(company: Company, judgements: ReadonlyMap<string, Judgement>): void {
  const published = publishedGrades(company, WEEK);
  const pairsOf = (ids: readonly string[]) =>
    ids.flatMap((id): Pair[] => {
      const [judgement, other] = [judgements.get(id), published.get(id)];
      return judgement && other ? [{ id, ours: gradedAs(judgement), published: other }] : [];
    });
  const builders = pairsOf(company.builders.map(({ builder_id }) => builder_id));
  const projects = pairsOf(company.projects.map(({ project_id }) => project_id));
  printAgreement('Builders, by rules against the published rules', builders, BUILDER_WEIGHTS);
  printAgreement('Projects, by rules against the published rules', projects, PROJECT_WEIGHTS);
}

/** @returns how many criteria moved that the changed fact is not about */
async function changeFacts(company: Company): Promise<number> {
  const weeks = [];
  for (const subject of subjectsOf(company)) weeks.push(await judgeWeek(subject, WEEK));
  const builders = weeks.map(({ facts }) => facts);
  const projects = weeks.flatMap((week) => week.projects.map(({ facts }) => facts));
  const wrong = await measureSensitivity('Builders', BOOKS.builder, builders, BUILDER_MOVES);
  return wrong + (await measureSensitivity('Projects', BOOKS.project, projects, PROJECT_MOVES));
}

async function readAgain(client: Client): Promise<ReadingsBySubject> {
  const readings = new Map<string, Judgement['criteria'][]>();
  for (let run = 0; run < RUNS; run++) {
    for (const [id, { criteria, modelFailure }] of await judgementsOf(client)) {
      if (modelFailure) throw new Error(modelFailure.message);
      const read = criteria.filter(({ decidedBy }) => decidedBy === 'model');
      if (read.length > 0) readings.set(id, [...(readings.get(id) ?? []), read]);
    }
  }
  return readings;
}

/** What a model is sent of the same weeks with other people. @returns how many texts differ or name a person */
async function swapPeople(client: Client, company: Company, model: NoisyModel): Promise<number> {
  const sentOf = async (of: Company) => {
    await importCompany(client, of);
    model.takeSent();
    await runWeek(client, WEEK, 200);
    return model.takeSent();
  };
  const sent = await sentOf(company);
  const other = await sentOf(withOtherPeople(company));
  const differ = differences(sent, other).length;
  const words = company.builders.flatMap(({ name, email }) => [name, email]);
  const teams = [...new Set(company.builders.map(({ team }) => team))];
  const named = textsWith(sent, words).length;
  console.log(`\nWeekly run, ${sent.length} texts sent to the model`);
  console.log(`  names, addresses, teams and titles swapped: ${differ} of ${2 * sent.length} texts differ`);
  console.log(
    `  texts with a name or address of the company: ${named}; with the name of a team: ${textsWith(sent, teams).length}`,
  );
  const men = await sentOf(writingOfThemselves(company, WEEK, 'he'));
  const women = await sentOf(writingOfThemselves(company, WEEK, 'she'));
  console.log(
    `  builders who write of themselves by name: ${textsWith(men, words).length} texts have the name, ` +
      `${differences(men, women).length} of ${men.length + women.length} differ with another name and gender`,
  );
  return differ + named;
}

/** By a model without noise: scores of projects are facts of builders, and would differ from run to run. */
async function measureSwaps(home: Home, company: Company): Promise<number> {
  const model = await startNoisyModel(0);
  const platform = await startPlatform(home, { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'loopback' });
  try {
    return await swapPeople(platform.client, company, model);
  } finally {
    await platform.stop();
    await model.stop();
  }
}

async function measure({ name, create }: HomeKind): Promise<void> {
  console.log(`\nEvaluations on ${name}`);
  const company = generateCompany({ ...SAMPLE, builders: BUILDERS });
  let faults = 0;
  const home = await create();
  try {
    const rules = await startPlatform(home);
    try {
      await importCompany(rules.client, company);
      compare(company, await judgementsOf(rules.client));
    } finally {
      await rules.stop();
    }
    faults += await changeFacts(company);
    const noisy = await startNoisyModel(NOISE_POINTS);
    const platform = await startPlatform(home, { OPENAI_BASE_URL: noisy.url, OPENAI_API_KEY: 'loopback' });
    try {
      await measureStability(subjectsOf(company), WEEK, await readAgain(platform.client));
    } finally {
      await platform.stop();
    }
    faults += await measureSwaps(home, company);
    const ofGates = await create();
    try {
      faults += await measureGates(ofGates, noisy, BUILDERS);
    } finally {
      await ofGates.remove();
      await noisy.stop();
    }
  } finally {
    await home.remove();
  }
  if (faults > 0) {
    console.log(
      `Missed: ${faults} times a fact moved a criterion that it is not about, or a name a text; the target is 0.`,
    );
    process.exitCode = 1;
  }
}

await forEachHomeKind(measure);
