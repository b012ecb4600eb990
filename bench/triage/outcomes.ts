import type { JudgementView } from '../../ai-api/src/judgement/index.ts';
import {
  brier,
  expectedCalibrationError,
  type Forecast,
  reliability,
} from '../../ai-api/src/modules/ai/quality/statistics/calibration.ts';
import { wilson } from '../../ai-api/src/modules/ai/quality/statistics/intervals.ts';
import type { LabelledRequest } from './generate.ts';
import type { Tally } from './thresholds.ts';

/** What the engine said about one request. */
export interface Outcome {
  request: LabelledRequest;
  /** `reject` is what the engine proposes to a person; `incomplete` goes back to the builder. */
  decision: 'approve' | 'reject' | 'review' | 'incomplete';
  confidence: number | null;
  /** What it leans to, where a person has to decide. */
  score: number | null;
  judgement: JudgementView;
}

/** What a mistake costs, in minutes of people: a wrong grant is found in a spot check and talked over, others are decided again. */
const COST_MINUTES = { wrongGrant: 120, wrongProposal: 15, leftToPeople: 5 } as const;

/** Prints what was granted of what people would grant, and which mistakes an approver could have known. */
export function printTallies(rows: readonly (readonly [string, Tally])[]): void {
  printTable([
    [
      'configuration',
      'granted of what people would',
      'grants',
      'wrong, knowable',
      'wrong, noise',
      'proposals to reject',
      'of them otherwise',
      'knowable',
      'minutes for wrong grants',
      'for wrong proposals',
      'for decisions of people',
    ],
    ...rows.map(([name, tally]) => [
      name,
      shareOf(tally.granted, tally.toGrant),
      String(tally.grants),
      shareOf(tally.wrongKnown, tally.grants),
      String(tally.wrongUnknown),
      String(tally.proposals),
      shareOf(tally.wrongProposals, tally.proposals),
      String(tally.wrongProposalsKnown),
      ...costsOf(tally).map(String),
    ]),
  ]);
}

function costsOf({ requests, grants, wrongKnown, wrongUnknown, wrongProposals }: Tally): number[] {
  return [
    (wrongKnown + wrongUnknown) * COST_MINUTES.wrongGrant,
    wrongProposals * COST_MINUTES.wrongProposal,
    (requests - grants) * COST_MINUTES.leftToPeople,
  ];
}

/** Prints grants and their errors by threshold. */
export function printCurve(points: readonly { yesAt: number; tally: Tally }[]): void {
  printTallies(points.map(({ yesAt, tally }) => [`approve from ${yesAt.toFixed(2)}`, tally]));
}

/** Prints decisions and proposals, coverage, error at the thresholds in force and the reliability table of one configuration. */
export function printOutcomes(title: string, outcomes: readonly Outcome[]): void {
  const decided = outcomes.filter(({ decision }) => decision !== 'review');
  const wrong = decided.filter(isWrong);
  const wrongIn = (decision: Outcome['decision']) => wrong.filter((one) => one.decision === decision).length;
  const count = (decision: string) => outcomes.filter((one) => one.decision === decision).length;
  const [approved, proposed, incomplete] = [count('approve'), count('reject'), count('incomplete')];
  console.log(`\n${title}: ${outcomes.length} requests`);
  printTable([
    ['decided or proposed', 'requests', 'of them otherwise than labelled'],
    ['approved', String(approved), shareOf(wrongIn('approve'), approved)],
    ['handed back', String(incomplete), shareOf(wrongIn('incomplete'), incomplete)],
    ['proposed to reject', String(proposed), shareOf(wrongIn('reject'), proposed)],
    ['left to a person', String(count('review')), ''],
    ['coverage', shareOf(decided.length, outcomes.length), shareOf(wrong.length, decided.length)],
  ]);
  printReliability(outcomes);
  printScenarios(outcomes);
}

function isWrong({ request, decision }: Outcome): boolean {
  return decision !== 'review' && saysOf(decision) !== request.label;
}

/** What is handed back is not paid as it was asked for. */
function saysOf(decision: Exclude<Outcome['decision'], 'review'>): 'approve' | 'reject' {
  return decision === 'approve' ? 'approve' : 'reject';
}

function printReliability(outcomes: readonly Outcome[]): void {
  const forecasts = outcomes.flatMap(({ request, decision, confidence, score }): Forecast[] => {
    if (confidence === null) return [];
    const leaning = decision === 'review' ? ((score ?? 0) >= 50 ? 'approve' : 'reject') : saysOf(decision);
    return [{ confidence, correct: leaning === request.label }];
  });
  const bins = reliability(forecasts).filter(({ count }) => count > 0);
  console.log(
    `Reliability of ${forecasts.length} with a confidence, of those left to a person what it leaned to: ` +
      `Brier ${number(brier(forecasts))}, expected calibration error ${number(expectedCalibrationError(forecasts))}`,
  );
  printTable([
    ['confidence', 'requests', 'mean confidence', 'as labelled'],
    ...bins.map(({ from, to, count, correct, meanConfidence }) => [
      `${from.toFixed(1)} to ${to.toFixed(1)}`,
      String(count),
      number(meanConfidence),
      shareOf(correct, count),
    ]),
  ]);
}

function printScenarios(outcomes: readonly Outcome[]): void {
  const byScenario = Map.groupBy(outcomes, ({ request }) => request.scenario);
  printTable([
    [
      'scenario',
      'requests',
      'labelled approve',
      'approved',
      'handed back',
      'to reject',
      'to a person',
      'otherwise',
    ],
    ...[...byScenario]
      .sort()
      .map(([name, inside]) => [
        name,
        ...[
          inside,
          inside.filter(({ request }) => request.label === 'approve'),
          inside.filter(({ decision }) => decision === 'approve'),
          inside.filter(({ decision }) => decision === 'incomplete'),
          inside.filter(({ decision }) => decision === 'reject'),
          inside.filter(({ decision }) => decision === 'review'),
          inside.filter(isWrong),
        ].map(({ length }) => String(length)),
      ]),
  ]);
}

/** A count, its share and Wilson's 95 % interval of the share. */
export function shareOf(part: number, whole: number): string {
  const interval = wilson(part, whole);
  if (!interval) return 'none';
  const percent = (value: number) => (100 * value).toFixed(1);
  return `${part} (${percent(part / whole)} %; ${percent(interval[0])} to ${percent(interval[1])})`;
}

function number(value: number | null): string {
  return value === null ? 'none' : value.toFixed(3);
}

/** Prints rows as an aligned table, headings first. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    console.log(
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd()}`,
    );
  }
}
