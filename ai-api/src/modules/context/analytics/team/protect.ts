import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { type Edge, smallestCut } from './cut.ts';

/** The smallest group whose figures are shown. */
export const MIN_PEOPLE = 5;

/** That a person has a figure other than zero in a group; in two groups where figures are shown by two dimensions. */
export interface Contribution {
  /** Empty for an API key and for an unknown author. */
  person: string;
  /** The group in each dimension, such as a team and an assistant. */
  groups: readonly string[];
}

export interface Shown {
  /** Whether the sum over all groups is shown. */
  total: boolean;
  /** Whether a group of a dimension is shown; a group without contributions is. */
  has(dimension: number, group: string): boolean;
}

const HIDDEN: Shown = { total: false, has: () => false };

/** Answers by a digest of the contributions, since weeks that are over seldom change. They name groups and no people. */
const answers = new LRUCache<string, Shown>({ max: 5_000 });

/**
 * Which sums of one measure in one week are shown, so that no sum or difference of them is about fewer than `min` people:
 *
 * 1. a group of fewer people is not shown, nor the total of so few;
 * 2. what the total leaves for the groups that are not shown is about `min` people or none;
 * 3. where a measure is shown by two dimensions, groups of one minus groups of the other leave `min` people or none.
 *
 * The answer depends on the contributions alone, never on who asks or for what. Between two cuts other work gets its turn.
 */
export async function protect(contributions: readonly Contribution[], min = MIN_PEOPLE): Promise<Shown> {
  const key = digestOf(contributions, min);
  const known = answers.get(key) ?? (await decide(contributions, min));
  answers.set(key, known);
  return known;
}

function digestOf(contributions: readonly Contribution[], min: number): string {
  const rows = contributions.map(({ person, groups }) => JSON.stringify([person, ...groups])).sort();
  return createHash('sha256')
    .update(`${min}\n${rows.join('\n')}`)
    .digest('base64');
}

async function decide(contributions: readonly Contribution[], min: number): Promise<Shown> {
  const everyone = new Set(contributions.map(({ person }) => person).filter((person) => person !== ''));
  if (contributions.length > 0 && everyone.size < min) return HIDDEN;
  const dimensions = (contributions[0]?.groups ?? []).map(
    (_, dimension) => new Groups(contributions, dimension, min),
  );
  for (;;) {
    for (const groups of dimensions) groups.hideComplement();
    if (dimensions.length < 2) break;
    await nextTurn();
    const cut = smallestCut(edgesOf(contributions, dimensions));
    if (cut === null || cut.people >= min) break;
    // The later dimension gives way, so that teams stay while they can.
    if (!dimensions.toReversed().some((groups) => groups.hideOneOf(cut.side) || groups.hideSmallest())) break;
  }
  return shownBut(dimensions.map((groups) => groups.hidden()));
}

/** A function of its own, so that an answer that is cached does not hold the contributions. */
function shownBut(hidden: readonly ReadonlySet<string>[]): Shown {
  return { total: true, has: (dimension, group) => !hidden[dimension]?.has(group) };
}

/** The groups of one dimension, those that are shown and those that are not. */
class Groups {
  readonly #people: Map<string, Set<string>>;
  readonly #hidden = new Set<string>();
  readonly #min: number;

  constructor(contributions: readonly Contribution[], dimension: number, min: number) {
    this.#min = min;
    this.#people = new Map();
    for (const { person, groups } of contributions) {
      const group = groups[dimension] as string;
      const known = this.#people.get(group) ?? new Set();
      this.#people.set(group, known);
      if (person !== '') known.add(person);
    }
    for (const [group, people] of this.#people) if (people.size < min) this.#hidden.add(group);
  }

  isShown(group: string): boolean {
    return !this.#hidden.has(group);
  }

  /** Names of the groups that are not shown. */
  hidden(): ReadonlySet<string> {
    return this.#hidden;
  }

  /** Hides groups until those that are hidden have enough people together. */
  hideComplement(): void {
    while (this.#hidden.size > 0) {
      const people = new Set([...this.#hidden].flatMap((group) => [...(this.#people.get(group) ?? [])]));
      if (people.size >= this.#min || !this.hideSmallest()) return;
    }
  }

  /** Hides the smallest shown group; false when none is left. */
  hideSmallest(among?: ReadonlySet<string>): boolean {
    const shown = [...this.#people]
      .filter(([group]) => this.isShown(group) && (among === undefined || among.has(group)))
      .sort(([a, ofA], [b, ofB]) => ofA.size - ofB.size || (a < b ? -1 : 1));
    const [smallest] = shown;
    if (!smallest) return false;
    this.#hidden.add(smallest[0]);
    return true;
  }

  /** Hides a group of one side of a cut, named as in {@link edgesOf}. */
  hideOneOf(side: ReadonlySet<string>): boolean {
    const names = [...side].map((cell) => cell.slice(cell.indexOf(' ') + 1));
    return this.hideSmallest(new Set(names.filter((name) => this.#people.has(name))));
  }
}

/** Each person joins the groups that they are in; groups that are not shown are one. */
function edgesOf(contributions: readonly Contribution[], dimensions: readonly Groups[]): Edge[] {
  const cellsOf = new Map<string, Set<string>>();
  for (const { person, groups } of contributions) {
    if (person === '') continue;
    const cells = cellsOf.get(person) ?? new Set();
    cellsOf.set(person, cells);
    for (const [dimension, group] of groups.entries())
      cells.add(dimensions[dimension]?.isShown(group) ? `${dimension} ${group}` : `${dimension}`);
  }
  const alike = Map.groupBy(cellsOf.values(), (cells) => JSON.stringify([...cells].sort()));
  return [...alike.values()].map((sets) => ({ cells: [...(sets[0] ?? [])], people: sets.length }));
}
