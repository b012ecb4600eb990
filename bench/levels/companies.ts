import { fitLevel, type LabelledCase, type Level } from '../../ai-api/src/judgement/level.ts';
import { createRandom, type Random } from '../../examples/company/random.ts';

/** A company whose true agreement is known, with the share of its requests at each score. */
export interface SimulatedCompany {
  shape: Shape;
  scores: { score: number; share: number; agreement: number }[];
  cases: LabelledCase[];
}

/** How agreement depends on the score. */
const SHAPES = ['rising', 'steep', 'flat below', 'flat above', 'falls at the top', 'dips'] as const;
export type Shape = (typeof SHAPES)[number];

export const LEVELS: readonly Level[] = [
  { confidence: 0.95, agreement: 0.9 },
  { confidence: 0.9, agreement: 0.95 },
  { confidence: 0.95, agreement: 0.98 },
];

function agreementAt(shape: Shape, score: number, goal: number, random: { middle: number }): number {
  const logistic = (slope: number) => 1 / (1 + Math.exp(-slope * (score - random.middle)));
  switch (shape) {
    case 'rising':
      return logistic(0.08);
    case 'steep':
      return logistic(0.3);
    // The worst there is: a little below the level at every threshold.
    case 'flat below':
      return goal - 0.005;
    case 'flat above':
      return goal + 0.03 * (1 - goal);
    case 'falls at the top':
      return score >= 92 ? goal - 0.1 : Math.min(1, goal + 0.02);
    case 'dips':
      return score >= 75 && score < 85 ? goal - 0.15 : Math.min(1, goal + 0.05);
  }
}

/** Rules give few different scores, each with a share of its own. */
function scoresOf(random: Random): { score: number; share: number }[] {
  const count = random.int(4, 20);
  const drawn = Array.from({ length: count }, () => ({
    score: random.int(200, 1000) / 10,
    weight: 0.05 + random.unit() ** 2,
  }));
  const total = drawn.reduce((sum, { weight }) => sum + weight, 0);
  return drawn.map(({ score, weight }) => ({ score, share: weight / total }));
}

function drawOne(scores: SimulatedCompany['scores'], at: number) {
  let below = 0;
  for (const one of scores) {
    below += one.share;
    if (at < below) return one;
  }
  return scores.at(-1) as (typeof scores)[number];
}

/** A company with 20 to 1,500 decided cases, by its number. */
export function simulateCompany(seed: number, index: number, { agreement }: Level): SimulatedCompany {
  const random = createRandom(seed, 'company', index);
  const shape = random.pick(SHAPES);
  const middle = random.int(30, 80);
  const scores = scoresOf(random).map((one) => ({
    ...one,
    agreement: agreementAt(shape, one.score, agreement, { middle }),
  }));
  const count = Math.round(20 * 75 ** random.unit());
  const cases = Array.from({ length: count }, (): LabelledCase => {
    const { score, agreement: chance } = drawOne(scores, random.unit());
    return { score, agreed: random.chance(chance) };
  });
  return { shape, scores, cases };
}

/** The true agreement of what is granted alone from a score on. */
export function trueAgreement({ scores }: SimulatedCompany, from: number): number {
  const granted = scores.filter(({ score }) => score >= from);
  const share = granted.reduce((sum, one) => sum + one.share, 0);
  return granted.reduce((sum, one) => sum + one.share * one.agreement, 0) / share;
}

/** Companies of one shape of which a threshold was found, and those of them whose true agreement is below the level. */
export interface Broken {
  shape: Shape;
  companies: number;
  fitted: number;
  broken: number;
}

/** Fits a level for many companies and counts the promises that are broken, by shape. */
export function simulateCompanies(seed: number, count: number, level: Level): Broken[] {
  const tally = new Map(SHAPES.map((shape) => [shape, { shape, companies: 0, fitted: 0, broken: 0 }]));
  for (let index = 0; index < count; index++) {
    const company = simulateCompany(seed, index, level);
    const row = tally.get(company.shape) as Broken;
    row.companies++;
    const { score } = fitLevel(company.cases, level);
    if (score === null) continue;
    row.fitted++;
    if (trueAgreement(company, score) < level.agreement) row.broken++;
  }
  return [...tally.values()];
}
