import type { Person } from '../../../http/caller.ts';
import { invalidField, Problem } from '../../../http/problem.ts';
import type { DecidedBy, JudgementView, Kind, Vocabulary } from '../../../judgement/index.ts';
import type { ContestRecord } from './store.ts';

/** How often one judgement may be contested: again only after a withdrawal. */
const MAX_TIMES = 2;
/** Open contests that one person may have. */
const MAX_OPEN = 20;

/** A fact with the value that a person says is right. */
export interface Claim {
  path: string;
  value: string | number | boolean;
}

type Contest = Pick<ContestRecord, 'state' | 'result_id'>;

/** @throws {Problem} CONTEST_REFUSED where nothing was decided that could be contested */
export function requireDecided({ dryRun, proposal, incomplete }: JudgementView): void {
  if (dryRun) throw refused('It was only tried out: it decided nothing.');
  if (incomplete.length > 0)
    throw refused('It was handed back. Correct the request, or ask for a person to look at it as it is.');
  if (proposal) throw refused('Nothing is decided yet: a person decides first.');
}

/**
 * A judgement is contested once: a decision of a contest is final here, and who withdrew may contest once more.
 * @param before the contests of the judgement, and the one that it is the result of
 * @throws {Problem} CONTEST_REFUSED
 */
export function requireNew(judgementId: string, before: readonly Contest[], open: number): void {
  if (before.some(({ result_id }) => result_id === judgementId))
    throw refused('It was decided on a contest: that decision is final.');
  if (before.some(({ state }) => state === 'open')) throw refused('It is contested already.');
  if (before.some(({ state }) => state !== 'withdrawn'))
    throw refused('It was contested before, and another person has decided.');
  if (before.length >= MAX_TIMES) throw refused('It was contested and withdrawn twice.');
  if (open >= MAX_OPEN) throw refused(`You have ${open} open contests. Wait until one is decided.`);
}

/**
 * Another person decides than who contests, who is judged, and who decided before.
 * @throws {Problem} CONTEST_NOT_YOURS
 */
export function requireAnother(
  { builder_id, opened_user }: Pick<ContestRecord, 'builder_id' | 'opened_user'>,
  before: readonly DecidedBy[],
  { id, name, builderId }: Pick<Person, 'id' | 'name' | 'builderId'>,
): void {
  if (id === opened_user || (builderId !== null && builderId === builder_id))
    throw new Problem('CONTEST_NOT_YOURS', 'You cannot decide a contest about yourself.');
  if (before.some((one) => (one.userId === null ? one.name === name : one.userId === id)))
    throw new Problem('CONTEST_NOT_YOURS', 'You decided it before the contest: another person has to.');
}

/** @throws {Problem} INVALID_INPUT naming the fact that the kind does not have, or that is of another type */
export function requireKnown({ vocabulary }: Kind, claims: readonly Claim[]): void {
  claims.forEach(({ path, value }, index) => {
    const field = `facts.${index}`;
    const known = fieldOf(vocabulary, path);
    if (!known) throw invalidField(`${field}.path`, `${path} is no fact of this kind`);
    if (typeof value !== TYPES[known.type]) throw invalidField(`${field}.value`, `must be a ${known.type}`);
    if (claims.findIndex((one) => one.path === path) !== index)
      throw invalidField(`${field}.path`, `${path} is named twice`);
  });
}

const TYPES = { number: 'number', flag: 'boolean', text: 'string' } as const;

function fieldOf(vocabulary: Vocabulary, path: string) {
  const [group = '', field = ''] = path.split('.');
  return Object.hasOwn(vocabulary, group) && Object.hasOwn(vocabulary[group] ?? {}, field)
    ? vocabulary[group]?.[field]
    : undefined;
}

/** Why a judgement cannot be contested, with what to do instead. */
export function refused(detail: string): Problem {
  return new Problem('CONTEST_REFUSED', detail);
}

/** A contest of a judgement that no longer counts. */
export function replaced(): Problem {
  return refused('A newer judgement is in its place. Contest that one.');
}
