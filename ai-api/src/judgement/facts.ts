/** One fact of a kind's vocabulary, as rules name it by its path and forms explain it. */
export interface FactField {
  type: 'number' | 'text' | 'flag';
  description: string;
  example: string | number | boolean;
  /** What people write by hand: the model reads it as data, never as an instruction. */
  untrusted?: boolean;
}

/** The vocabulary of a kind: groups of facts, for example `week.hoursWorked`. */
export type Vocabulary = Readonly<Record<string, Readonly<Record<string, FactField>>>>;

/** Facts of one subject; null is "not known", which no rule ever guesses. */
export type Facts = Readonly<Record<string, Readonly<Record<string, FactValue>>>>;
export type FactValue = string | number | boolean | null;

/** The value at `group.field`; null when it is not known or not in the facts. */
export function factAt(facts: Facts, path: string): FactValue {
  const [group = '', field = '', ...rest] = path.split('.');
  if (rest.length > 0 || !Object.hasOwn(facts, group)) return null;
  const fields = facts[group] ?? {};
  return Object.hasOwn(fields, field) ? (fields[field] ?? null) : null;
}

/** Every path of a vocabulary. */
export function factPaths(vocabulary: Vocabulary): string[] {
  return Object.entries(vocabulary).flatMap(([group, fields]) =>
    Object.keys(fields).map((field) => `${group}.${field}`),
  );
}
