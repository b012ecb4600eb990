import { type Facts, type FactValue, factAt } from './facts.ts';
import type { CompiledRule } from './rule.ts';

/** The values that a fact could have instead, the nearest first. */
export interface Options {
  path: string;
  from: FactValue;
  values: readonly FactValue[];
}

/** The values that differ in what rules make of them, each with its distance from the fact as it is. */
export interface NearestOptions extends Omit<Options, 'values'> {
  values: readonly { value: FactValue; steps: number }[];
}

/** Something that tells facts apart: a rule, or a bound of one fact by another. */
export interface Tells {
  paths: readonly string[];
  tell(facts: Facts): unknown;
}

/** More values at once are not compared: each then counts as different. */
const MAX_COMPARED = 6_000;

/**
 * Leaves out values that nothing tells from a nearer one, whatever values the other chosen facts have. What is left
 * leads to every result that all values lead to, and to each of them by the fewest steps.
 */
export function nearestOfEach(
  tells: readonly Tells[],
  facts: Facts,
): (chosen: readonly Options[]) => NearestOptions[] {
  const knownBy = new Map<string, string[]>();
  const signatures = (tell: Tells, index: number, of: Options, others: readonly Options[]): string[] => {
    const key = [index, of.path, ...others.map(({ path }) => path)].join(' ');
    const known =
      knownBy.get(key) ?? of.values.map((value) => signatureOf(tell, of.path, value, others, facts));
    knownBy.set(key, known);
    return known;
  };
  return (chosen) =>
    chosen.map((of) => {
      const parts = tells.flatMap((tell, index) => {
        if (!tell.paths.includes(of.path)) return [];
        const others = chosen.filter((other) => other !== of && tell.paths.includes(other.path));
        const compared = [of, ...others].reduce((product, { values }) => product * values.length, 1);
        return [compared > MAX_COMPARED ? of.values.map(String) : signatures(tell, index, of, others)];
      });
      const seen = new Set<string>();
      const values = of.values.flatMap((value, steps) => {
        const whole = parts.map((part) => part[steps]).join('|');
        if (seen.has(whole)) return [];
        seen.add(whole);
        return [{ value, steps }];
      });
      return { ...of, values };
    });
}

function signatureOf(
  tell: Tells,
  path: string,
  value: FactValue,
  [other, ...rest]: readonly Options[],
  facts: Facts,
): string {
  const after = withFact(facts, path, value);
  if (!other) return String(tell.tell(after));
  return other.values.map((its) => signatureOf(tell, other.path, its, rest, after)).join('');
}

/** Facts with one of them otherwise. */
export function withFact(facts: Facts, path: string, value: FactValue): Facts {
  const [group = '', field = ''] = path.split('.');
  return { ...facts, [group]: { ...facts[group], [field]: value } };
}

/** A rule tells facts apart by whether it holds, and by whether it can: what it reads may not be known. */
export function tellsOf({ paths, when, message }: CompiledRule): Tells {
  const tell = (facts: Facts) => {
    if (paths.some((path) => factAt(facts, path) === null)) return '-';
    try {
      if (!when.evaluate(facts)) return '0';
      message(facts);
      return '1';
    } catch {
      return '0';
    }
  };
  return { paths, tell };
}
