import type { Language } from '../contract/languages.ts';
import type { TenantTransaction } from '../platform/database/index.ts';
import {
  type Counterfactual,
  evaluator,
  findCounterfactuals,
  type Ruled,
  type SearchBook,
  withChanges,
} from './counterfactual.ts';
import type { Facts, FactValue } from './facts.ts';
import { type JudgedByEngine, judge } from './judge.ts';
import { type Kind, nameOf } from './kind.ts';
import { SENTENCES } from './language.ts';
import type { CriterionResult, JudgementView, Proposal, ToMend, Wording } from './schema.ts';
import { restsOnReading } from './witness.ts';
import { shownIn, type WordingContext, wordedReason, wordedSentence, wordsIn } from './wording.ts';

/** A main element of a judgement, in a sentence. */
export interface Element {
  criterionId: string;
  title: string;
  sentence: string;
  /** Whose words the sentence is in. */
  wording: Wording;
  /** What it spoke for, from the side of the person whom it concerns. */
  speaks: 'for' | 'against' | 'open';
  decidedBy: CriterionResult['decidedBy'];
  weight: number;
}

/** A change of facts that would have changed the outcome: found, then judged again. */
export interface Explained {
  facts: { path: string; name: string; from: FactValue; to: FactValue }[];
  outcome: string;
  sentence: string;
}

/** What would have changed a judgement. */
export interface WouldHaveChanged {
  /** Those that led to it when they were judged again. */
  changes: Explained[];
  /** How many were found that did not. */
  refuted: number;
  tried: string[];
  isComplete: boolean;
  /** False where the rules of that time no longer lead to what was stored: then nothing is claimed. */
  isReproduced: boolean;
}

/** Who reads about a judgement. */
export interface Reader {
  roles: readonly string[];
  builderId: string | null;
}

/** What a module knows of its judgements of a kind, for explanations. */
export interface Explains {
  kind: Kind;
  /** The builder whom a judgement concerns, as of when it was made; null when there is none any more. */
  builderOf(transaction: TenantTransaction, subjectId: string, judgementId: string): Promise<string | null>;
  /** Whether a judgement is not there for a reader yet; by default it is. */
  isHidden?(transaction: TenantTransaction, judgementId: string, reader: Reader): Promise<boolean>;
  /**
   * What a subject was judged with, in kinds whose rules are not those of the company; null when that is gone.
   * @param judgementId the newest judgement, that no other supersedes
   */
  rulebookOf?(transaction: TenantTransaction, judgementId: string): Promise<SearchBook | null>;
}

/** From this score a criterion speaks for the person. */
const SPEAKS_FOR = 50;
const MAX_ELEMENTS = 6;

/**
 * The main elements of a judgement: hard criteria that failed, then what weighed most, then what is open. The sentences of
 * rules that come with the product are in the language of the reader; what a company, a model or a person wrote stays as
 * it is.
 */
export function elementsOf(criteria: readonly CriterionResult[], context: WordingContext): Element[] {
  const {
    kind: { criteria: asked, words },
    language,
  } = context;
  const hard = new Set(asked.filter((one) => one.hard === true).map(({ id }) => id));
  const isFailed = ({ id, score }: CriterionResult) => hard.has(id) && score !== null && score < SPEAKS_FOR;
  const pull = (result: CriterionResult) =>
    isFailed(result)
      ? Number.MAX_SAFE_INTEGER
      : Math.abs((result.score ?? SPEAKS_FOR) - SPEAKS_FOR) * result.weight;
  return criteria
    .filter((result) => isFailed(result) || result.weight > 0 || result.verdict !== 'scored')
    .toSorted((a, b) => pull(b) - pull(a) || b.weight - a.weight)
    .slice(0, MAX_ELEMENTS)
    .map((result) => {
      const { id, title, score, verdict, decidedBy, weight } = result;
      return {
        criterionId: id,
        title: wordsIn(words, language)?.criteria[id] ?? title,
        ...wordedReason(result, context),
        speaks: verdict !== 'scored' ? 'open' : (score ?? 0) >= SPEAKS_FOR ? 'for' : 'against',
        decidedBy,
        weight,
      };
    });
}

/** Why a person is asked, or what the author has to mend, as the reader reads it. */
export function reasonsIn(
  reasons: readonly string[],
  criteria: readonly CriterionResult[],
  context: WordingContext,
): string[] {
  const { kind, language } = context;
  if (language === 'en') return [...reasons];
  const say = SENTENCES[language];
  const words = wordsIn(kind.words, language);
  return reasons.map((text) => {
    const result = criteria.find(({ title, reason }) => text === `${title}: ${reason}`);
    if (result)
      return `${words?.criteria[result.id] ?? result.title}: ${wordedReason(result, context).sentence}`;
    const [, floor] = /^A grade below (\w+) takes a person\.$/.exec(text) ?? [];
    if (floor) return say.belowFloor(floor);
    const [, outcome] = /^Engines only propose for now: (\w+)\.$/.exec(text) ?? [];
    if (outcome) return say.onlyProposes(words?.outcomes?.[outcome] ?? outcome);
    return wordedSentence(text, language);
  });
}

/** What of a judgement says how it came out. */
type Stored = Pick<JudgementView, 'grade' | 'outcome'> & {
  proposal: Pick<Proposal, 'outcome' | 'grade'> | null;
  incomplete: readonly ToMend[];
};

/** What would have changed an engine's judgement, by the rules that it was made with. */
export async function wouldHaveChanged(
  book: SearchBook,
  judged: Stored & Pick<JudgementView, 'criteria'>,
  facts: Facts,
  language: Language = 'en',
): Promise<WouldHaveChanged> {
  const base = evaluator(book, judged.criteria)(facts);
  if (!isSame(book.kind, base, judged))
    return { changes: [], refuted: 0, tried: [], isComplete: false, isReproduced: false };
  const { changes, tried, isComplete } = findCounterfactuals(book, facts, judged.criteria);
  const confirmed: Explained[] = [];
  for (const change of changes) {
    if (await isTrue(book, change, facts, judged.criteria))
      confirmed.push(explained(book.kind, change, judged.criteria, language));
  }
  const refuted = changes.length - confirmed.length;
  return { changes: confirmed, refuted, tried, isComplete, isReproduced: true };
}

function isSame({ decides }: Kind, base: Ruled, { grade, outcome, proposal, incomplete }: Stored): boolean {
  if (!decides) return base.grade === (proposal?.grade ?? grade);
  return (
    (base.outcome ?? base.proposed) === (outcome ?? proposal?.outcome ?? null) &&
    base.incomplete === incomplete.length > 0
  );
}

/** What the rules of a judgement say with other facts; what a model answered then is kept. */
export function judgeAgain(
  { kind, rules, thresholds }: SearchBook,
  subjectId: string,
  facts: Facts,
  recorded: readonly CriterionResult[],
): Promise<JudgedByEngine> {
  const rulebook = { kind, rules, model: null, promptFor: null, ...(thresholds ? { thresholds } : {}) };
  return judge(rulebook, subjectId, facts, undefined, recorded);
}

async function isTrue(
  book: SearchBook,
  { facts: changed, after }: Counterfactual,
  facts: Facts,
  recorded: readonly CriterionResult[],
): Promise<boolean> {
  const again = await judgeAgain(book, 'explanation', withChanges(facts, changed), recorded);
  return (
    again.grade === after.grade &&
    again.outcome === after.outcome &&
    (again.proposal?.outcome ?? null) === after.proposed &&
    again.incomplete.length > 0 === after.incomplete
  );
}

function explained(
  kind: Kind,
  { facts, after }: Counterfactual,
  recorded: readonly CriterionResult[],
  language: Language,
): Explained {
  const say = SENTENCES[language];
  const words = wordsIn(kind.words, language);
  const named = facts.map((fact) => ({
    ...fact,
    name: words?.facts[fact.path] ?? nameOf(kind.vocabulary, fact.path),
  }));
  const outcome = outcomeOf(kind, after, language);
  const shown = (value: FactValue) => shownIn(kind, value, language);
  const clauses = named.map(({ name, from, to }) => say.clause(name, shown(to), shown(from))).join(say.and);
  return { facts: named, outcome, sentence: say.change(clauses, recorded.some(restsOnReading), outcome) };
}

/** How a stored judgement reads. */
export function resultOf(
  kind: Kind,
  { grade, outcome, proposal, incomplete }: Stored,
  language: Language = 'en',
): string {
  const say = SENTENCES[language];
  if (!kind.decides && proposal?.grade) return say.proposed(say.grade(proposal.grade));
  const proposed = proposal?.outcome ?? null;
  return outcomeOf(kind, { grade, outcome, proposed, incomplete: incomplete.length > 0 }, language);
}

/** How a result reads. */
function outcomeOf({ decides, words }: Kind, ruled: Omit<Ruled, 'failed'>, language: Language): string {
  const say = SENTENCES[language];
  if (!decides) return say.grade(ruled.grade);
  if (ruled.incomplete) return say.handedBack;
  const named = (outcome: string) => wordsIn(words, language)?.outcomes?.[outcome] ?? outcome;
  if (ruled.outcome !== null) return named(ruled.outcome);
  return ruled.proposed === null ? say.personDecides : say.proposed(named(ruled.proposed));
}
