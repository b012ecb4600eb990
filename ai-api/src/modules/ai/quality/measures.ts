import {
  type Agreement,
  DECISION_CONFIG,
  GRADE_CONFIG,
  type Measure,
  type QualityGroup,
  type ScoreConfig,
} from './schema.ts';
import { type Estimate, exact, kappa, quadratic, tabulate } from './statistics/agreement.ts';
import {
  brier,
  expectedCalibrationError,
  type Forecast,
  reliability,
  squaredErrors,
} from './statistics/calibration.ts';
import { ofMean, wilson } from './statistics/intervals.ts';
import type { FinishedScore } from './store.ts';

/** Fewer pairs than these say nothing that would hold tomorrow. */
export const NEEDED = 30;

/** Widest range of whole numbers whose values are treated as ordered categories. */
const MAX_LEVELS = 21;

type Pair = readonly [string, string];

/** The answers that may be given. */
type Answers = Pick<ScoreConfig, 'dataType' | 'categories'> &
  Partial<Pick<ScoreConfig, 'minValue' | 'maxValue'>>;

/** What finished scores tell, by kind and version of the prompt. Rows are by review, then by who finished first. */
export function measureQuality(
  rows: readonly FinishedScore[],
  configs: readonly ScoreConfig[],
): QualityGroup[] {
  const groups = Map.groupBy(rows, ({ kind, prompt }) =>
    JSON.stringify([kind, prompt?.name, prompt?.version]),
  );
  return [...groups.values()]
    .map((group) => measureGroup(group, configs))
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function nameOf({ kind, prompt }: QualityGroup): string {
  return `${kind} ${prompt?.name ?? ''} ${prompt?.version ?? ''}`;
}

function measureGroup(rows: readonly FinishedScore[], configs: readonly ScoreConfig[]): QualityGroup {
  const [{ kind, prompt }] = rows as [FinishedScore];
  const reviews = [...Map.groupBy(rows, ({ reviewId }) => reviewId).values()];
  const graded = reviews.flatMap((scores) => {
    const first = scores.find(({ config }) => config === GRADE_CONFIG);
    return first?.textValue ? [{ ...first, textValue: first.textValue }] : [];
  });
  const forecasts = reviews.flatMap(forecastOf);
  const gradeConfig = configs.find(({ name }) => name === GRADE_CONFIG);
  const decisions = decisionsOf(reviews);
  const pairs = graded.map(({ grade, textValue }): Pair => [grade, textValue]);
  return {
    kind,
    prompt: prompt && { name: prompt.name, version: prompt.version },
    reviewed: reviews.length,
    system: decisions ? measureAgreement(decisions.pairs, decisions) : measureAgreement(pairs, gradeConfig),
    reviewers: configs.flatMap((config) => {
      const twice = pairsOf(reviews, config.name);
      if (twice.length === 0) return [];
      return [{ config: config.name, ...measureAgreement(twice, config) }];
    }),
    calibration: measureCalibration(forecasts),
  };
}

/** In kinds that decide: the system's decisions beside those the first reviewers would have made. Null in others. */
function decisionsOf(reviews: readonly FinishedScore[][]): (Answers & { pairs: Pair[] }) | null {
  const outcomes = [...new Set(reviews.map(([first]) => first?.outcome ?? null))].filter(
    (one) => one !== null,
  );
  if (outcomes.length === 0) return null;
  const pairs = reviews.flatMap((scores): Pair[] => {
    const said = scores.find(({ config }) => config === DECISION_CONFIG);
    if (!said || said.outcome === null) return [];
    const other = outcomes.length === 2 ? outcomes.find((one) => one !== said.outcome) : undefined;
    return [[said.outcome, said.numberValue === 1 ? said.outcome : (other ?? 'otherwise')]];
  });
  return { dataType: 'CATEGORICAL', categories: outcomes.map((label) => ({ label, value: null })), pairs };
}

/** What confidence foretold of a review, and what the first reviewer said to it. */
function forecastOf(scores: readonly FinishedScore[]): Forecast[] {
  const decides = scores[0]?.outcome !== null;
  const said = scores.find(({ config }) => config === (decides ? DECISION_CONFIG : GRADE_CONFIG));
  if (!said || said.confidence === null) return [];
  const correct = decides ? said.numberValue === 1 : said.grade === said.textValue;
  return [{ confidence: said.confidence, correct }];
}

/** The answers of the first two who finished a review, by one config. */
function pairsOf(reviews: readonly FinishedScore[][], config: string): Pair[] {
  return reviews.flatMap((scores): Pair[] => {
    const [one, two] = scores.filter((score) => score.config === config && score.dataType !== 'TEXT');
    return one && two ? [[answerOf(one), answerOf(two)]] : [];
  });
}

function answerOf({ textValue, numberValue }: FinishedScore): string {
  return textValue ?? String(numberValue);
}

/** Categories of a config with their places in the order; null for a config without categories. */
function categoriesOf(
  config: Answers | undefined,
  pairs: readonly Pair[],
): Map<string, number | null> | null {
  if (config?.dataType === 'BOOLEAN')
    return new Map([
      ['0', 0],
      ['1', 1],
    ]);
  if (config?.dataType === 'CATEGORICAL') {
    const known = new Map((config.categories ?? []).map(({ label, value }) => [label, value]));
    for (const answer of pairs.flat()) if (!known.has(answer)) known.set(answer, null);
    return known;
  }
  const { minValue, maxValue } = config ?? {};
  if (config?.dataType !== 'NUMERIC' || minValue == null || maxValue == null) return null;
  const answers = pairs.flat().map(Number);
  const isSmall = maxValue - minValue < MAX_LEVELS && answers.every(Number.isInteger);
  const levels = isSmall
    ? Array.from(
        { length: Math.floor(maxValue) - Math.ceil(minValue) + 1 },
        (_, n) => Math.ceil(minValue) + n,
      )
    : [...new Set(answers)].toSorted((a, b) => a - b);
  return new Map(levels.map((level) => [String(level), level]));
}

function measureAgreement(pairs: readonly Pair[], config: Answers | undefined): Agreement {
  const categories = categoriesOf(config, pairs);
  const same = pairs.filter(([one, two]) => one === two).length;
  const share = enough(pairs.length, () => ({
    value: same / pairs.length,
    interval: wilson(same, pairs.length),
  }));
  const names = [...(categories?.keys() ?? [])];
  const places = new Map([...(categories ?? [])].filter(([, place]) => place !== null));
  const ordered = pairs.filter(([one, two]) => places.has(one) && places.has(two));
  const order = quadratic([...places.values()].map(Number));
  const chance = 'All answers are the same: there is no agreement beyond chance to measure.';
  return {
    pairs: pairs.length,
    share,
    kappa: enough(pairs.length, () => estimateOf(kappa(tabulate(pairs, names), exact)), chance),
    weightedKappa: enough(
      ordered.length,
      () => estimateOf(kappa(tabulate(ordered, [...places.keys()]), order)),
      chance,
    ),
  };
}

function estimateOf(estimate: Estimate | null): Figure | null {
  return estimate && { value: estimate.value, interval: estimate.interval };
}

function measureCalibration(forecasts: readonly Forecast[]): QualityGroup['calibration'] {
  const count = forecasts.length;
  return {
    brier: enough(count, () => ({
      value: brier(forecasts) ?? 0,
      interval: ofMean(squaredErrors(forecasts)),
    })),
    ece: enough(count, () => ({ value: expectedCalibrationError(forecasts) ?? 0, interval: null })),
    bins: reliability(forecasts).map((bin) => ({
      from: bin.from,
      to: bin.to,
      count: bin.count,
      confidence: bin.meanConfidence,
      agreed: bin.accuracy,
      interval: wilson(bin.correct, bin.count),
    })),
  };
}

interface Figure {
  value: number;
  interval: [number, number] | null;
}

/** A figure where there is enough to compute it from and it is defined. */
function enough(count: number, compute: () => Figure | null, whyUndefined = ''): Measure {
  const none = { value: null, interval: null, count, needed: NEEDED };
  if (count < NEEDED)
    return { state: 'not enough data', ...none, note: `${count} of at least ${NEEDED} are there.` };
  const figure = compute();
  if (!figure) return { state: 'undefined', ...none, note: whyUndefined };
  return { state: 'measured', ...figure, count, needed: NEEDED, note: null };
}
