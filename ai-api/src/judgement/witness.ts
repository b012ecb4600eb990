import type { z } from 'zod';
import type { PromptUsed } from '../models/prompt.ts';
import type { Facts, FactValue } from './facts.ts';
import type { CriterionResult, HeldClaim } from './schema.ts';

/** The group of facts that come of reading a text: the model found the claims, our code held them against records. */
export const CLAIMS = 'claims';

/** One thing that a text says, as a model found it, with the words of the text that it rests on. */
export interface Statement {
  kind: string;
  quote: string;
}

/** Plain data that claims are held against, read from the database before a model is asked. */
export type Records = Readonly<Record<string, unknown>>;

/** What claims came to. */
export interface Held {
  /** The facts of the group {@link CLAIMS}. */
  facts: Readonly<Record<string, FactValue>>;
  claims: HeldClaim[];
}

/**
 * A model as a witness: it finds what a text claims, typed and with the words that it rests on. It scores nothing.
 * `hold` is our code, and pure: the same statements, facts and records always come to the same.
 */
export interface Witness {
  /** Name of its prompt. */
  prompt: string;
  /** Path of the text that is read. */
  reads: string;
  /** Paths of the facts that are shown beside the text, such as those of the form. */
  shows: readonly string[];
  /** What the model answers for each claim. */
  statement: z.ZodType<Statement>;
  hold(statements: readonly Statement[], dropped: number, facts: Facts, records: Records): Held;
}

/** What a text was found to claim and what that was held against; stored with the judgement. */
export interface Testimony {
  /** Null where no model has read the text. */
  statements: readonly Statement[] | null;
  /** Statements that were left out because their words are not in the text. */
  dropped: number;
  records: Records;
  claims: readonly HeldClaim[];
}

/** What a judgement of a kind with a witness starts from; without it the facts of claims are taken as they are. */
export type Hearing = Pick<Testimony, 'records'> &
  Partial<Pick<Testimony, 'statements' | 'dropped'>> & {
    /** What a model found these statements with, where they were found before. */
    readWith?: { prompt: PromptUsed | null; model: string | null };
  };

/** Statements as far as their words are in the text, and how many are not. White space does not matter. */
export function inTheirWords<T extends Statement>(
  statements: readonly T[],
  text: string,
): { statements: T[]; dropped: number } {
  const spoken = spaced(text);
  const quoted = statements.filter(({ quote }) => spaced(quote) !== '' && spoken.includes(spaced(quote)));
  return { statements: quoted, dropped: statements.length - quoted.length };
}

function spaced(text: string): string {
  return text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim();
}

/** The facts as they are before a text was read. */
export function unheard(facts: Facts): Facts {
  const { [CLAIMS]: _claims, ...rest } = facts;
  return rest;
}

/** Whether a result rests on a model's reading of what a person wrote: its score, or claims that it found. */
export function restsOnReading({
  decidedBy,
  evidence,
}: Pick<CriterionResult, 'decidedBy' | 'evidence'>): boolean {
  return decidedBy === 'model' || evidence.some(({ id }) => id.startsWith(`${CLAIMS}.`));
}
