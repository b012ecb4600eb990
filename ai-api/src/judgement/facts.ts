/**
 * What a fact could have been instead, where the person it concerns could have made it so: explanations say what would
 * have changed an outcome in such facts only. `only` is the direction that is advice: no one is advised to work less.
 * `notAbove` is the path of a fact that bounds it.
 */
export type Changeable = (
  | { least: number; most: number; step: number; only?: 'more' | 'less'; notAbove?: string }
  | { values: readonly (string | boolean)[] }
) & {
  /** Set where nothing can be said while the fact is not known, such as of a text that was not read. */
  onlyKnown?: true;
};

/** One fact of a kind's vocabulary, as rules name it by its path and forms explain it. */
export interface FactField {
  type: 'number' | 'text' | 'flag';
  description: string;
  example: string | number | boolean;
  /** What people write by hand: the model reads it as data, never as an instruction. */
  untrusted?: boolean;
  /** Set where the person could have changed it. */
  changeable?: Changeable;
}

/** The vocabulary of a kind: groups of facts, for example `week.hoursWorked`. */
export type Vocabulary = Readonly<Record<string, Readonly<Record<string, FactField>>>>;

/** Facts of one subject; null is "not known", which no rule ever guesses. */
export type Facts = Readonly<Record<string, Readonly<Record<string, FactValue>>>>;
export type FactValue = string | number | boolean | null;

/** The value at `group.field`; null when it is not known or not in the facts. */
export function factAt(facts: Facts, path: string): FactValue {
  // A search asks for facts some million times, where splitting the path would take most of its time.
  const dot = path.indexOf('.');
  const [group, field] = [path.slice(0, dot), path.slice(dot + 1)];
  if (dot < 0 || field.includes('.') || !Object.hasOwn(facts, group)) return null;
  const fields = facts[group] ?? {};
  return Object.hasOwn(fields, field) ? (fields[field] ?? null) : null;
}

/** Every path of a vocabulary. */
export function factPaths(vocabulary: Vocabulary): string[] {
  return Object.entries(vocabulary).flatMap(([group, fields]) =>
    Object.keys(fields).map((field) => `${group}.${field}`),
  );
}
