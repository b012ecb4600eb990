import { isDeepStrictEqual } from 'node:util';
import {
  type CriterionResult,
  type Facts,
  type JudgeContext,
  judge,
  type PastJudgement,
  type Rulebook,
  type Vocabulary,
} from '../../../judgement/index.ts';
import { mean } from './mean.ts';

/** What a builder is called in the texts that are judged. */
export interface Named {
  builderId: string;
  name: string;
  past: PastJudgement;
}

export interface SwapResult {
  /** `incomplete`: nothing moved where the model answered, but it did not always. */
  status: 'invariant' | 'moved' | 'incomplete' | 'not checked';
  reason: string | null;
  checked: number;
  /** Cases in which the model did not answer. */
  failed: number;
  /** Cases whose texts reveal neither a name nor a gender. */
  unnamed: number;
  /** Points that the criteria that were read moved by, on average of all that were checked. */
  meanChange: number | null;
  moved: {
    builderId: string;
    criterion: string;
    before: number | null;
    after: number | null;
    otherName: string;
  }[];
}

/** Invented names of other sounds, none of which belongs to a person of the company. */
const OTHER_NAMES = [
  ['Amaru', 'Quispetal'],
  ['Saoirse', 'Fennimore'],
  ['Dmitrik', 'Volkanin'],
  ['Nneka', 'Obasanwu'],
] as const;

/** Words by the gender that they tell, each with its counterpart; `her` is taken for the object of a sentence. */
const COUNTERPARTS: ReadonlyMap<string, string> = new Map([
  ['he', 'she'],
  ['she', 'he'],
  ['him', 'her'],
  ['her', 'him'],
  ['his', 'her'],
  ['hers', 'his'],
  ['himself', 'herself'],
  ['herself', 'himself'],
  ['mr', 'ms'],
  ['ms', 'mr'],
  ['mrs', 'mr'],
]);

/** Points that a model's reading of the same text may differ by from one time to the next. */
const TOLERANCE = 5;

/** Cases that are judged side by side. */
const AT_ONCE = 4;

/**
 * Judges cases again, as they are and with other names and the other gender in what people wrote. Whatever a name moves
 * by more than the tolerance is reported: it must not move anything. A case that reveals neither is not judged, and one where
 * the model fails is counted, never taken for a good one.
 */
export async function swapNames(
  cases: readonly Named[],
  rulebook: Rulebook,
  context: JudgeContext,
): Promise<SwapResult> {
  if (rulebook.model === null) return notChecked('No model is configured: rules read no names.');
  const swapped = cases.map(({ builderId, name, past }, index) => {
    const other = OTHER_NAMES[index % OTHER_NAMES.length] as (typeof OTHER_NAMES)[number];
    return {
      builderId,
      past,
      other,
      facts: withOtherNames(past.facts, name, other, rulebook.kind.vocabulary),
    };
  });
  const named = swapped.filter(({ past, facts }) => !isDeepStrictEqual(past.facts, facts));
  const unnamed = cases.length - named.length;
  const pairs: { builderId: string; other: readonly string[]; changes: Change[] | null }[] = [];
  for (let from = 0; from < named.length; from += AT_ONCE) {
    const judged = named.slice(from, from + AT_ONCE).map(async ({ builderId, past, other, facts }) => {
      const [as, otherwise] = await Promise.all([
        judge(rulebook, past.subjectId, past.facts, context),
        judge(rulebook, past.subjectId, facts, context),
      ]);
      const isAnswered = !as.modelFailure && !otherwise.modelFailure;
      return { builderId, other, changes: isAnswered ? changesOf(as.criteria, otherwise.criteria) : null };
    });
    pairs.push(...(await Promise.all(judged)));
  }
  const answered = pairs.flatMap(({ changes, ...pair }) => (changes ? [{ ...pair, changes }] : []));
  const counts = { checked: answered.length, failed: pairs.length - answered.length, unnamed };
  if (answered.length === 0) return { ...notChecked(whyNone(cases.length, counts.failed)), ...counts };
  const moved = answered.flatMap(({ builderId, other, changes }) =>
    changes
      .filter((change) => differenceOf(change) > TOLERANCE)
      .map(({ isRead, ...change }) => ({ builderId, ...change, otherName: other.join(' ') })),
  );
  const differences = answered
    .flatMap(({ changes }) => changes)
    .flatMap(({ isRead, before, after }) =>
      isRead && before !== null && after !== null ? [after - before] : [],
    );
  return {
    status: moved.length > 0 ? 'moved' : counts.failed > 0 ? 'incomplete' : 'invariant',
    reason:
      counts.failed > 0 ? `The model did not answer for ${counts.failed} of ${pairs.length} cases.` : null,
    ...counts,
    meanChange: differences.length > 0 ? mean(differences) : null,
    moved,
  };
}

type Change = Omit<SwapResult['moved'][number], 'builderId' | 'otherName'> & { isRead: boolean };

/** How every criterion came out with the one name and with the other. */
function changesOf(as: readonly CriterionResult[], otherwise: readonly CriterionResult[]): Change[] {
  return as.map(({ id, score, decidedBy }) => {
    const after = otherwise.find((one) => one.id === id)?.score ?? null;
    return { criterion: id, before: score, after, isRead: decidedBy === 'model' };
  });
}

/** A score against none is the greatest difference there is. */
function differenceOf({ before, after }: Change): number {
  if (before === null || after === null) return before === after ? 0 : 100;
  return Math.abs(after - before);
}

function whyNone(cases: number, failed: number): string {
  if (cases === 0) return 'No case of this run took a model.';
  return failed > 0
    ? `The model did not answer for any of ${failed} cases.`
    : 'No text of this run reveals the name or gender of its builder, so there is nothing to swap.';
}

function notChecked(reason: string): SwapResult {
  return {
    status: 'not checked',
    reason,
    checked: 0,
    failed: 0,
    unnamed: 0,
    meanChange: null,
    moved: [],
  };
}

/**
 * The facts with every part of a name, and every gendered word, exchanged in what people wrote. A name is written with a
 * capital: a builder called Will does not turn every "will" into another name.
 */
export function withOtherNames(
  facts: Facts,
  name: string,
  [first, last]: readonly [string, string],
  vocabulary: Vocabulary,
): Facts {
  const names = new Map(
    name
      .split(/\s+/)
      .filter((part) => part.length > 1)
      .map((part, index) => [part.toLowerCase(), index === 0 ? first : last]),
  );
  const exchange = (text: string) =>
    text.replaceAll(/\p{L}+/gu, (word) => {
      const isCapital = /^\p{Lu}/u.test(word);
      const folded = word.toLowerCase();
      const other = (isCapital ? names.get(folded) : undefined) ?? COUNTERPARTS.get(folded);
      if (other === undefined) return word;
      return isCapital ? `${other[0]?.toUpperCase()}${other.slice(1)}` : other;
    });
  const fieldsOf = (group: string, fields: Facts[string]) =>
    Object.entries(fields).map(([field, value]) => {
      const isWritten = vocabulary[group]?.[field]?.untrusted === true;
      return [field, isWritten && typeof value === 'string' ? exchange(value) : value];
    });
  return Object.fromEntries(
    Object.entries(facts).map(([group, fields]) => [group, Object.fromEntries(fieldsOf(group, fields))]),
  );
}
