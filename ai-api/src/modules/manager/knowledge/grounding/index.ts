import { z } from 'zod';
import { agreementOf } from './agreement.ts';
import { sourceOf } from './source.ts';

export { createAnswerReader } from './answer-reader.ts';

/** One sentence of an answer, and the words of a passage that it rests on. */
export interface GroundedSentence {
  text: string;
  /** Number of the passage, from 1. */
  citation: number;
  quote: string;
  /** The document's own sentence, in the place of a model's that says it otherwise or says more. */
  verbatim: boolean;
}

/** A passage as answers rest on it. */
export interface GroundingPassage {
  title: string;
  heading: readonly string[];
  text: string;
}

const line = z.object({
  sentence: z.string().trim().min(1).max(1000),
  passage: z.coerce.number().int().min(1),
  quote: z.string().trim().min(1).max(1000),
});

/**
 * Reads one sentence of a model's answer, `{sentence, passage, quote}`. Null unless it rests on a passage: the quote has to be in it word for word.
 * A sentence that says what its source says is returned; one that says it otherwise or says more gives way to the
 * document's own sentences; one that shares fewer than half of its words with them is left out.
 * @param passages the first is number 1
 */
export function groundedSentence(
  statement: unknown,
  passages: readonly GroundingPassage[],
): GroundedSentence | null {
  const parsed = line.safeParse(statement);
  if (!parsed.success) return null;
  const { sentence, passage: citation, quote } = parsed.data;
  const passage = passages[citation - 1];
  const source = passage && sourceOf(quote, passage.text);
  if (!source) return null;
  const agreement = agreementOf(sentence, source, [passage.title, ...passage.heading]);
  if (agreement === 'unrelated') return null;
  if (agreement === 'agrees') return { text: sentence, citation, quote, verbatim: false };
  return { text: source.sentences, citation, quote, verbatim: true };
}

/**
 * The sentences in an object of a model's answer: itself, or those of its lists. Null when it is something else.
 * @returns what {@link groundedSentence} reads
 */
export function statementsIn(value: unknown): unknown[] | null {
  const fields = Object(value) as Record<string, unknown>;
  if ('sentence' in fields) return line.safeParse(value).success ? [value] : null;
  const lists = Object.values(fields).filter((field) => Array.isArray(field));
  if (lists.length === 0) return null;
  const statements = lists.flat().map((item) => (line.safeParse(item).success ? item : null));
  return statements.includes(null) ? null : statements;
}
