import { decide } from './decide.ts';
import { type Changeable, type Facts, type FactValue, factAt, factPaths, type Vocabulary } from './facts.ts';
import { GRADES, gradeOf } from './grade.ts';
import {
  type NearestOptions,
  nearestOfEach,
  type Options,
  type Tells,
  tellsOf,
  withFact,
} from './indistinct.ts';
import { type Rulebook, readableOf, repeat } from './judge.ts';
import { applyRules, totalOf } from './rubric.ts';
import type { CompiledRule } from './rule.ts';
import type { CriterionResult } from './schema.ts';
import { DEFAULT_THRESHOLDS } from './thresholds.ts';

/** What rules, and what a model answered before, make of facts. */
export interface Ruled {
  grade: (typeof GRADES)[number];
  outcome: string | null;
  proposed: string | null;
  incomplete: boolean;
  /** Hard criteria that failed. */
  failed: readonly string[];
}

/** One fact that would have been otherwise. */
export interface ChangedFact {
  path: string;
  from: FactValue;
  to: FactValue;
}

/** The smallest changes of some facts that would have led to something better for the subject. */
export interface Counterfactual {
  facts: ChangedFact[];
  after: Ruled;
}

export interface Search {
  changes: Counterfactual[];
  /** Changeable facts that were tried. */
  tried: string[];
  /** False when the search ended before everything was tried. */
  isComplete: boolean;
}

/** What is searched over: rules with what a model answered, which is not asked again. */
export type SearchBook = Pick<Rulebook, 'kind' | 'rules' | 'thresholds'>;

/** More facts at once are no advice. */
const MAX_FACTS = 3;
/** A fact that is not known, in keys. */
const UNKNOWN = '\u0000';
/** Combinations that are tried: some tens of milliseconds. Values that no rule tells apart count once. */
const MAX_TRIES = 10_000;

/**
 * Looks for the smallest changes of changeable facts that would have led to something better: with as few facts as
 * possible, and of each set of facts the change with the fewest steps. Nothing helps that changes no fact of a hard
 * criterion that failed. What a model made of texts is kept: it is not asked again, and texts are never changed.
 */
export function findCounterfactuals(
  book: SearchBook,
  facts: Facts,
  recorded: readonly CriterionResult[],
  maxTries = MAX_TRIES,
): Search {
  const ruledBy = evaluator(book, recorded);
  const base = ruledBy(facts);
  const target = rankOf(book, base);
  if (target === bestRank(book)) return { changes: [], tried: [], isComplete: true };
  const options = optionsOf(book, facts);
  const tried = options.map(({ path }) => path);
  const needed = base.failed.map((id) => pathsOf(book, id));
  const mayHelp = (chosen: readonly Options[]) =>
    needed.every((paths) => chosen.some(({ path }) => paths.has(path)));
  const nearest = nearestOfEach([...book.rules.map(tellsOf), ...boundsOf(book.kind.vocabulary)], facts);
  let triesLeft = maxTries;
  let isCut = false;
  for (let size = 1; size <= Math.min(MAX_FACTS, options.length); size++) {
    const changes: Counterfactual[] = [];
    for (const chosen of subsetsOf(options, size)) {
      if (!mayHelp(chosen)) continue;
      const combinations = combinationsOf(nearest(chosen), triesLeft);
      isCut ||= combinations.isCut;
      for (const changed of combinations.all) {
        triesLeft -= 1;
        const after = withChanges(facts, changed);
        if (!isPossible(book.kind.vocabulary, after, changed)) continue;
        const ruled = ruledBy(after);
        if (rankOf(book, ruled) <= target) continue;
        changes.push({ facts: changed, after: ruled });
        break;
      }
    }
    if (changes.length > 0 || triesLeft <= 0) return { changes, tried, isComplete: !isCut && triesLeft > 0 };
  }
  return { changes: [], tried, isComplete: !isCut };
}

/** What rules make of facts, each criterion judged once for the values that its rules read. */
export function evaluator(
  { kind, rules, thresholds = DEFAULT_THRESHOLDS }: SearchBook,
  recorded: readonly CriterionResult[],
): (facts: Facts) => Ruled {
  const answered = recorded.filter(({ decidedBy }) => decidedBy === 'model');
  const evaluators = kind.criteria.map((criterion) => {
    const own = rules.filter(({ rule }) => rule.criterion === criterion.id);
    const paths = [...new Set([...own.flatMap((rule) => rule.paths), ...(criterion.reads ?? [])])];
    return { criterion, own, paths, known: new Map<string, ReturnType<typeof applyRules>>() };
  });
  return (facts) => {
    const results = evaluators.map(({ criterion, own, paths, known }) => {
      const key = paths.map((path) => factAt(facts, path) ?? UNKNOWN).join('\n');
      const before = known.get(key) ?? applyRules([criterion], own, facts);
      known.set(key, before);
      return before;
    });
    const ruled = results.flatMap(({ criteria }) => criteria);
    const criteria = answered.length > 0 ? repeat(ruled, readableOf(kind, ruled, facts), answered) : ruled;
    const { score, coverage } = totalOf(criteria);
    const asks = results.flatMap(({ reviewReasons }) => reviewReasons);
    const decision = kind.decides && decide(kind.criteria, criteria, score, kind.decides, thresholds, asks);
    return {
      grade: gradeOf(score, coverage),
      outcome: decision?.outcome ?? null,
      proposed: decision?.proposed ?? null,
      incomplete: (decision?.incomplete.length ?? 0) > 0,
      failed: decision?.failed.map(({ id }) => id) ?? [],
    };
  };
}

/** How good it is for the subject: higher is better. */
export function rankOf({ kind: { decides } }: SearchBook, ruled: Ruled): number {
  if (!decides) return 0 - GRADES.indexOf(ruled.grade);
  if (ruled.incomplete) return 0;
  const settled = ruled.outcome ?? ruled.proposed;
  if (settled === null) return 1;
  return decides.adverse.includes(settled) ? 0 : 2;
}

/** Nothing is better: a yes, or an A. */
function bestRank({ kind: { decides } }: SearchBook): number {
  return decides ? 2 : 0;
}

/** Facts that the rules of a criterion read. */
function pathsOf({ rules }: SearchBook, criterion: string): Set<string> {
  return new Set(rules.filter(({ rule }) => rule.criterion === criterion).flatMap(({ paths }) => paths));
}

/** The path of the fact that bounds a changeable one; undefined where none does. */
function boundOf(vocabulary: Vocabulary, path: string): string | undefined {
  const changeable = changeableAt(vocabulary, path);
  return changeable && 'least' in changeable ? changeable.notAbove : undefined;
}

/** What bounds a fact by another tells facts apart, too. */
function boundsOf(vocabulary: Vocabulary): Tells[] {
  return factPaths(vocabulary).flatMap((path) => {
    const bound = boundOf(vocabulary, path);
    if (bound === undefined) return [];
    return [{ paths: [path, bound], tell: (facts) => (isWithinBound(facts, path, bound) ? '1' : '0') }];
  });
}

function optionsOf(book: SearchBook, facts: Facts): Options[] {
  const { kind, rules } = book;
  const read = rules.flatMap(({ paths }: CompiledRule) => paths);
  // What bounds a fact that is read counts too: the one may have to be raised for the other.
  const isRuled = new Set([...read, ...read.map((path) => boundOf(kind.vocabulary, path))]);
  return factPaths(kind.vocabulary).flatMap((path): Options[] => {
    const changeable = changeableAt(kind.vocabulary, path);
    if (!changeable || !isRuled.has(path)) return [];
    const from = factAt(facts, path);
    const values = valuesOf(changeable, from);
    return values.length > 0 ? [{ path, from, values }] : [];
  });
}

function changeableAt(vocabulary: Vocabulary, path: string): Changeable | undefined {
  const [group = '', field = ''] = path.split('.');
  return vocabulary[group]?.[field]?.changeable;
}

/** Every value that a fact could have, in the order of its distance from the one it has. */
export function valuesOf(changeable: Changeable, from: FactValue): FactValue[] {
  if (from === null && changeable.onlyKnown) return [];
  if ('values' in changeable) return changeable.values.filter((value) => value !== from);
  const { least, most, step, only } = changeable;
  const count = Math.round((most - least) / step) + 1;
  const all = Array.from({ length: count }, (_, index) => least + index * step);
  const near = typeof from === 'number' ? from : most;
  return all
    .filter((value) => value !== from && (typeof from !== 'number' || isAllowed(value - from, only)))
    .sort((a, b) => Math.abs(a - near) - Math.abs(b - near) || a - b);
}

function isAllowed(change: number, only: 'more' | 'less' | undefined): boolean {
  return only === undefined || (only === 'more' ? change > 0 : change < 0);
}

/** Whether changed facts fit those that bound them, such as goals met and goals set. */
function isPossible(vocabulary: Vocabulary, facts: Facts, changed: readonly ChangedFact[]): boolean {
  return changed.every(({ path, to }) => {
    const changeable = changeableAt(vocabulary, path);
    if (!changeable || !('least' in changeable) || typeof to !== 'number') return true;
    return isWithinBound(facts, path, changeable.notAbove);
  });
}

function isWithinBound(facts: Facts, path: string, notAbove: string | undefined): boolean {
  const value = factAt(facts, path);
  const bound = notAbove === undefined ? null : factAt(facts, notAbove);
  return typeof value !== 'number' || typeof bound !== 'number' || value <= bound;
}

/** The facts with some of them otherwise. */
export function withChanges(facts: Facts, changed: readonly Pick<ChangedFact, 'path' | 'to'>[]): Facts {
  return changed.reduce((after, { path, to }) => withFact(after, path, to), facts);
}

interface Combinations {
  all: ChangedFact[][];
  /** Set where values far away were left out, since there were too many. */
  isCut: boolean;
}

/** Every way to change all of these facts, with the fewest steps in all first. */
function combinationsOf(chosen: readonly NearestOptions[], most: number): Combinations {
  const cut = withinProduct(chosen, most);
  const all = cut.reduce<{ steps: number; changed: ChangedFact[] }[]>(
    (before, { path, from, values }) =>
      before.flatMap(({ steps, changed }) =>
        values.map(({ value: to, steps: own }) => ({
          steps: steps + own,
          changed: [...changed, { path, from, to }],
        })),
      ),
    [{ steps: 0, changed: [] }],
  );
  const isCut = cut.some(({ values }, index) => values !== chosen[index]?.values);
  return { all: all.toSorted((a, b) => a.steps - b.steps).map(({ changed }) => changed), isCut };
}

/** Leaves out the values farthest away, of the fact that has the most, until so many combinations are left. */
function withinProduct(chosen: readonly NearestOptions[], most: number): NearestOptions[] {
  const cut = [...chosen];
  const product = () => cut.reduce((all, { values }) => all * values.length, 1);
  while (product() > Math.max(1, most)) {
    const longest = cut.reduce((a, b) => (b.values.length > a.values.length ? b : a));
    cut[cut.indexOf(longest)] = { ...longest, values: longest.values.slice(0, -1) };
  }
  return cut;
}

function* subsetsOf<T>(items: readonly T[], size: number): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (const [index, item] of items.entries())
    for (const rest of subsetsOf(items.slice(index + 1), size - 1)) yield [item, ...rest];
}
