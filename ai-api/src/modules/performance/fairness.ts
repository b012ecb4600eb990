import type { Bench, Circumstances, Facts, PastJudgement } from '../../judgement/index.ts';
import { judge } from '../../judgement/index.ts';

/** What a builder is called in the texts that are judged. */
export interface Named {
  builderId: string;
  name: string;
  past: PastJudgement;
}

export interface SwapResult {
  status: 'invariant' | 'moved' | 'not checked';
  reason: string | null;
  checked: number;
  moved: { builderId: string; criterion: string; before: number | null; after: number | null }[];
}

/** Invented names of other sounds, none of which belongs to a person of the company. */
const OTHER_NAMES = [
  ['Amaru', 'Quispetal'],
  ['Saoirse', 'Fennimore'],
  ['Dmitrik', 'Volkanin'],
  ['Nneka', 'Obasanwu'],
] as const;

/** Words by the gender that they tell, each with its counterpart. */
const GENDERED: readonly (readonly [string, string])[] = [
  ['he', 'she'],
  ['him', 'her'],
  ['his', 'her'],
  ['himself', 'herself'],
  ['mr', 'ms'],
];

/** Points that a model's reading of the same text may differ by from one time to the next. */
const TOLERANCE = 5;

/**
 * Judges cases again, as they are and with other names and the other gender in their texts. Whatever a name moves by
 * more than the tolerance is told: it must not move anything.
 */
export async function swapNames(
  cases: readonly Named[],
  bench: Bench,
  circumstances: Circumstances,
): Promise<SwapResult> {
  if (bench.model === null) return notChecked('No model is configured: rules read no names.');
  const moved: SwapResult['moved'] = [];
  let checked = 0;
  for (const [index, { builderId, name, past }] of cases.entries()) {
    const other = OTHER_NAMES[index % OTHER_NAMES.length] as (typeof OTHER_NAMES)[number];
    const swapped = withOtherNames(past.facts, name, other);
    const [as, otherwise] = [
      await judge(bench, past.subjectId, past.facts, circumstances),
      await judge(bench, past.subjectId, swapped, circumstances),
    ];
    if (as.modelFailure || otherwise.modelFailure) continue;
    checked += 1;
    for (const criterion of as.criteria) {
      const after = otherwise.criteria.find(({ id }) => id === criterion.id)?.score ?? null;
      const difference = Math.abs((criterion.score ?? -100) - (after ?? -100));
      if (difference > TOLERANCE) {
        moved.push({ builderId, criterion: criterion.id, before: criterion.score, after });
      }
    }
  }
  if (checked === 0) return notChecked('No case of this run took a model that answers.');
  return { status: moved.length > 0 ? 'moved' : 'invariant', reason: null, checked, moved };
}

function notChecked(reason: string): SwapResult {
  return { status: 'not checked', reason, checked: 0, moved: [] };
}

/** The facts with every part of a name, and every gendered word, exchanged in their texts. */
export function withOtherNames(facts: Facts, name: string, [first, last]: readonly [string, string]): Facts {
  const parts = name.split(/\s+/).filter((part) => part.length > 1);
  const replacements = new Map<string, string>();
  for (const [index, part] of parts.entries())
    replacements.set(part.toLowerCase(), index === 0 ? first : last);
  for (const [one, other] of GENDERED) {
    if (!replacements.has(one)) replacements.set(one, other);
    if (!replacements.has(other)) replacements.set(other, one);
  }
  const exchange = (text: string) =>
    text.replaceAll(/\p{L}+/gu, (word) => {
      const other = replacements.get(word.toLowerCase());
      if (other === undefined) return word;
      return /^\p{Lu}/u.test(word) ? other[0]?.toUpperCase() + other.slice(1) : other;
    });
  return Object.fromEntries(
    Object.entries(facts).map(([group, fields]) => [
      group,
      Object.fromEntries(
        Object.entries(fields).map(([field, value]) => [
          field,
          typeof value === 'string' ? exchange(value) : value,
        ]),
      ),
    ]),
  );
}
