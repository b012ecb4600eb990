import { type Contribution, protect, type Shown } from './protect.ts';
import type { ActivityRow, CommitRow, CommitTokens } from './store.ts';

/** Who decides whether a measure is shown: people who have a figure of this sort. */
type Base =
  | 'active'
  | 'priced'
  | 'unpriced'
  | 'pricedLinked'
  | 'pricedOther'
  | 'activeLinked'
  | 'activeOther'
  | 'edited'
  | 'edits'
  | 'timed'
  | 'commits'
  | 'linked'
  | 'other'
  | 'attributed';

/**
 * The measures that are published, and of which people there have to be enough for each.
 *
 * A count that is part of another is about everyone who could have had one: a share of edits is about those who edited,
 * however many of them had an edit refused. Tokens and cost are about those who have them; where both a part and the whole
 * are published, there have to be enough people on both sides.
 */
const BASES_OF = {
  people: ['active'],
  conversations: ['active'],
  messages: ['active'],
  tokens: ['active'],
  unpriced: ['active', 'priced', 'unpriced'],
  cost: ['active', 'priced'],
  tokensLinked: ['active', 'activeLinked', 'activeOther'],
  costLinked: ['active', 'priced', 'activeLinked', 'activeOther', 'pricedLinked', 'pricedOther'],
  conversationsEdited: ['edited'],
  conversationsLinked: ['edited'],
  conversationsSuggested: ['edited'],
  edits: ['edits'],
  editsAccepted: ['edits'],
  conversationsTimed: ['timed'],
  hoursToCommit: ['timed'],
  commits: ['commits'],
  commitsLinked: ['commits'],
  commitsSuggested: ['commits'],
  linkedCommits: ['linked'],
  linesLinked: ['linked'],
  followedLinked: ['linked'],
  reworkedLinked: ['linked'],
  otherCommits: ['other'],
  linesOther: ['other'],
  followedOther: ['other'],
  reworkedOther: ['other'],
  tokensOfCommits: ['attributed'],
  costOfCommits: ['attributed'],
} as const satisfies Record<string, readonly Base[]>;
export type Measure = keyof typeof BASES_OF;

/** Dimensions of groups: the team, and what else a base is shown by. */
export const TEAM = 0;
export const SECOND = 1;

/** Where a measure is read: the company, or a group of a dimension. */
type Place = { dimension: number; group: string } | null;

/** All measures of one week, with what may be shown of them. */
export class Week {
  readonly #contributions = new Map<Base, Contribution[]>();
  /** Where each base has contributions. */
  readonly #places = new Map<Base, Set<string>>();
  readonly #sums = new Map<string, number>();
  readonly #shown = new Map<Base, Shown>();
  readonly #people = new Map<string, Set<string>>();

  /** Adds what one person did in some groups; `groups` begins with the team. */
  add(
    base: Base,
    person: string,
    groups: readonly string[],
    values: Partial<Record<Measure, number>> = {},
  ): void {
    const list = this.#contributions.get(base) ?? [];
    this.#contributions.set(base, list);
    list.push({ person: isPerson(person) ? person : '', groups });
    const places = this.#places.get(base) ?? new Set();
    this.#places.set(base, places);
    for (const place of keysOf(groups, '')) places.add(place);
    for (const [measure, value] of Object.entries(values))
      for (const key of keysOf(groups, measure)) this.#sums.set(key, (this.#sums.get(key) ?? 0) + value);
    if (base !== 'active' || !isPerson(person)) return;
    for (const key of keysOf(groups, 'people')) {
      const people = this.#people.get(key) ?? new Set();
      this.#people.set(key, people.add(person));
      this.#sums.set(key, people.size);
    }
  }

  /** Decides what may be shown, once everything is added. Until then nothing is. */
  async settle(): Promise<void> {
    for (const [base, contributions] of this.#contributions)
      this.#shown.set(base, await protect(contributions));
  }

  /** A measure of the company, or of a group of a dimension; null when it may not be shown. */
  read(measure: Measure, at: Place): number | null {
    return BASES_OF[measure].every((base) => this.#mayShow(base, at)) ? this.own(measure, at) : null;
  }

  /** A measure without protection: for what a person sees of themselves. */
  own(measure: Measure, at: Place = null): number {
    return this.#sums.get(keyOf(measure, at)) ?? 0;
  }

  /** A zero is a figure of the people who are there: it is shown where another figure of the group is. */
  #mayShow(base: Base, at: Place): boolean {
    if (this.#isIn(base, at)) return this.#isLarge(base, at);
    return [...this.#contributions.keys()].some((other) => this.#isIn(other, at) && this.#isLarge(other, at));
  }

  #isIn(base: Base, at: Place): boolean {
    return this.#places.get(base)?.has(keyOf('', at)) ?? false;
  }

  #isLarge(base: Base, at: Place): boolean {
    const shown = this.#shown.get(base);
    if (shown === undefined) return false;
    return at === null ? shown.total : shown.has(at.dimension, at.group);
  }
}

function keyOf(measure: string, at: Place): string {
  return at === null ? measure : `${measure} ${at.dimension} ${at.group}`;
}

function keysOf(groups: readonly string[], measure: string): string[] {
  return [measure, ...groups.map((group, dimension) => keyOf(measure, { dimension, group }))];
}

/** Keys and unknown authors are no people: what they did counts, but they make no group larger. */
function isPerson(owner: string): boolean {
  return owner.startsWith('user:') || owner.startsWith('author:');
}

/** The assistant of a row, with its model where there is one. */
export function assistantOf({ tool, model }: Pick<ActivityRow, 'tool' | 'model'>): string {
  return model === '' ? tool : `${tool} · ${model}`;
}

interface Rows {
  activity: readonly ActivityRow[];
  commits: readonly CommitRow[];
  tokens: readonly CommitTokens[];
}

/** The measures of each week, by its Monday. */
export async function weeksOf({ activity, commits, tokens }: Rows): Promise<Map<string, Week>> {
  const weeks = new Map<string, Week>();
  const weekOf = (monday: string) => {
    const week = weeks.get(monday) ?? new Week();
    weeks.set(monday, week);
    return week;
  };
  for (const row of activity) addActivity(weekOf(row.week), row);
  for (const row of commits) addCommits(weekOf(row.week), row);
  for (const { week, owner, repository, tokens: used, cost_micros } of tokens)
    weekOf(week).add('attributed', owner, ['', repository], {
      tokensOfCommits: used,
      costOfCommits: cost_micros,
    });
  for (const week of weeks.values()) await week.settle();
  return weeks;
}

function addActivity(week: Week, row: ActivityRow): void {
  const { owner, team, tokens, cost_micros: cost } = row;
  if (cost > 0) week.add('priced', owner, [team, assistantOf(row)]);
  if (cost > 0) week.add(row.is_linked ? 'pricedLinked' : 'pricedOther', owner, [team]);
  if (row.unpriced > 0) week.add('unpriced', owner, [team]);
  if (tokens > 0) week.add(row.is_linked ? 'activeLinked' : 'activeOther', owner, [team]);
  week.add('active', owner, [team, assistantOf(row)], {
    conversations: row.conversations,
    messages: row.messages,
    tokens,
    unpriced: row.unpriced,
    cost,
    tokensLinked: row.is_linked ? tokens : 0,
    costLinked: row.is_linked ? cost : 0,
  });
  if (row.edited > 0)
    week.add('edited', owner, [team], {
      conversationsEdited: row.edited,
      conversationsLinked: row.linked,
      conversationsSuggested: row.suggested,
    });
  if (row.edits > 0)
    week.add('edits', owner, [team], { edits: row.edits, editsAccepted: row.edits - row.edits_rejected });
  if (row.timed > 0)
    week.add('timed', owner, [team], {
      conversationsTimed: row.timed,
      hoursToCommit: row.commit_seconds / 3600,
    });
}

function addCommits(week: Week, row: CommitRow): void {
  const { author, team, repository, commits, lines, followed, reworked } = row;
  week.add('commits', author, [team, repository], {
    commits,
    commitsLinked: row.is_linked ? commits : 0,
    commitsSuggested: row.suggested,
  });
  if (row.is_linked)
    week.add('linked', author, [team], {
      linkedCommits: commits,
      linesLinked: lines,
      followedLinked: followed,
      reworkedLinked: reworked,
    });
  else
    week.add('other', author, [team], {
      otherCommits: commits,
      linesOther: lines,
      followedOther: followed,
      reworkedOther: reworked,
    });
}
