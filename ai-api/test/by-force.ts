import {
  evaluator,
  findCounterfactuals,
  rankOf,
  type SearchBook,
  valuesOf,
} from '../src/judgement/counterfactual.ts';
import { type Facts, type FactValue, factAt, factPaths } from '../src/judgement/facts.ts';
import type { Kind } from '../src/judgement/kind.ts';
import type { CriterionResult } from '../src/judgement/schema.ts';

interface Field {
  path: string;
  values: readonly FactValue[];
  notAbove: string | undefined;
}

function fieldsOf({ vocabulary }: Kind, facts: Facts): Field[] {
  return factPaths(vocabulary).flatMap((path) => {
    const [group = '', field = ''] = path.split('.');
    const changeable = vocabulary[group]?.[field]?.changeable;
    if (!changeable) return [];
    const notAbove = 'least' in changeable ? changeable.notAbove : undefined;
    return [{ path, values: valuesOf(changeable, factAt(facts, path)), notAbove }];
  });
}

/** Every way to choose so many of them. */
function choose<T>(all: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return all.flatMap((one, index) => choose(all.slice(index + 1), size - 1).map((rest) => [one, ...rest]));
}

/**
 * The smallest changes by trying every value of every set of up to three facts: of each set of the fewest facts that
 * helps, how many steps it takes at least.
 */
export function smallestByForce(
  book: SearchBook,
  facts: Facts,
  recorded: readonly CriterionResult[] = [],
): Record<string, number> {
  const ruledBy = evaluator(book, recorded);
  const base = rankOf(book, ruledBy(facts));
  // A yes, or an A: nothing is better.
  if (base === (book.kind.decides ? 2 : 0)) return {};
  const fields = fieldsOf(book.kind, facts);
  const isWithin = (after: Facts, { path, notAbove }: Field) => {
    const [value, bound] = [factAt(after, path), notAbove === undefined ? null : factAt(after, notAbove)];
    return typeof value !== 'number' || typeof bound !== 'number' || value <= bound;
  };
  /** Below `below` steps; what takes as many is not tried, since it could not be fewer. */
  const fewest = (
    chosen: readonly Field[],
    after: Facts,
    steps: number,
    [next, ...rest]: readonly Field[],
    below: number,
  ): number => {
    if (!next) {
      const helps = chosen.every((one) => isWithin(after, one)) && rankOf(book, ruledBy(after)) > base;
      return helps ? steps : below;
    }
    const [group = '', field = ''] = next.path.split('.');
    let least = below;
    for (const [index, to] of next.values.entries()) {
      if (steps + index >= least) break;
      const changed = { ...after, [group]: { ...after[group], [field]: to } };
      least = fewest(chosen, changed, steps + index, rest, least);
    }
    return least;
  };
  for (const size of [1, 2, 3]) {
    const found = choose(fields, size).flatMap((chosen) => {
      const steps = fewest(chosen, facts, 0, chosen, Infinity);
      return Number.isFinite(steps) ? [[namesOf(chosen), steps] as const] : [];
    });
    if (found.length > 0) return Object.fromEntries(found);
  }
  return {};
}

const namesOf = (chosen: readonly { path: string }[]) => chosen.map(({ path }) => path).join(' + ');

/** What the search found, as {@link smallestByForce} says it. */
export function foundBySearch(
  book: SearchBook,
  facts: Facts,
  recorded: readonly CriterionResult[] = [],
): { found: Record<string, number>; isComplete: boolean } {
  const { changes, isComplete } = findCounterfactuals(book, facts, recorded);
  const fields = fieldsOf(book.kind, facts);
  const found = Object.fromEntries(
    changes.map(({ facts: changed }) => {
      const steps = changed.map(
        ({ path, to }) => fields.find((one) => one.path === path)?.values.indexOf(to) ?? NaN,
      );
      return [namesOf(changed), steps.reduce((sum, one) => sum + one, 0)];
    }),
  );
  return { found, isComplete };
}
