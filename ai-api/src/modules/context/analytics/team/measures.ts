import { type Contribution, protect, type Shown } from './protect.ts';
import type { ActivityRow, CommitRow, CommitTokens } from './store.ts';

/**
 * The measures that are published and whose people decide whether they are: a share of edits is about those who edited,
 * however many of them had an edit refused.
 */
const BASES = {
  active: ['people', 'conversations', 'messages', 'tokens', 'tokensLinked', 'unpriced', 'cost', 'costLinked'],
  edited: ['conversationsEdited', 'conversationsLinked', 'conversationsSuggested'],
  edits: ['edits', 'editsAccepted'],
  timed: ['conversationsTimed', 'hoursToCommit'],
  commits: ['commits', 'commitsLinked', 'commitsSuggested'],
  linked: ['linkedCommits', 'linesLinked', 'followedLinked', 'reworkedLinked'],
  other: ['otherCommits', 'linesOther', 'followedOther', 'reworkedOther'],
  attributed: ['tokensOfCommits', 'costOfCommits'],
} as const;
type Base = keyof typeof BASES;
export type Measure = (typeof BASES)[Base][number];

const BASE_OF = new Map<Measure, Base>(
  Object.entries(BASES).flatMap(([base, measures]) =>
    measures.map((measure) => [measure, base as Base] as const),
  ),
);

/** Dimensions of groups: the team, and what else a base is shown by. */
export const TEAM = 0;
export const SECOND = 1;

/** All measures of one week, with what may be shown of them. */
export class Week {
  readonly #contributions = new Map<Base, Contribution[]>();
  readonly #sums = new Map<string, number>();
  readonly #shown = new Map<Base, Shown>();
  readonly #people = new Map<string, Set<string>>();

  /** Adds what one person did in some groups; `groups` begins with the team. */
  add(base: Base, person: string, groups: readonly string[], values: Partial<Record<Measure, number>>): void {
    const list = this.#contributions.get(base) ?? [];
    this.#contributions.set(base, list);
    list.push({ person: isPerson(person) ? person : '', groups });
    for (const [measure, value] of Object.entries(values))
      for (const key of keysOf(groups, measure)) this.#sums.set(key, (this.#sums.get(key) ?? 0) + value);
    if (base !== 'active' || !isPerson(person)) return;
    for (const key of keysOf(groups, 'people')) {
      const people = this.#people.get(key) ?? new Set();
      this.#people.set(key, people.add(person));
      this.#sums.set(key, people.size);
    }
  }

  /** A measure of the company, or of a group of a dimension; null when it may not be shown. */
  read(measure: Measure, at: { dimension: number; group: string } | null): number | null {
    const shown = this.#shownOf(BASE_OF.get(measure) as Base);
    if (at === null ? !shown.total : !shown.has(at.dimension, at.group)) return null;
    return this.own(measure, at);
  }

  /** A measure without protection: for what a person sees of themselves. */
  own(measure: Measure, at: { dimension: number; group: string } | null = null): number {
    return this.#sums.get(at === null ? measure : `${measure} ${at.dimension} ${at.group}`) ?? 0;
  }

  #shownOf(base: Base): Shown {
    const known = this.#shown.get(base) ?? protect(this.#contributions.get(base) ?? []);
    this.#shown.set(base, known);
    return known;
  }
}

function keysOf(groups: readonly string[], measure: string): string[] {
  return [measure, ...groups.map((group, dimension) => `${measure} ${dimension} ${group}`)];
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
export function weeksOf({ activity, commits, tokens }: Rows): Map<string, Week> {
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
  return weeks;
}

function addActivity(week: Week, row: ActivityRow): void {
  const { owner, team, tokens, cost_micros: cost } = row;
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
