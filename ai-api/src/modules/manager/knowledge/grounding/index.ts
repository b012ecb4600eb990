import { z } from 'zod';
import { agreementOf } from './agreement.ts';
import { sourceOf } from './source.ts';

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
  passage: z.number().int().min(1),
  quote: z.string().trim().min(1).max(1000),
});

/**
 * Reads one line of a model's answer. Null unless it rests on a passage: the quote has to be in it word for word.
 * A sentence that says what its source says is returned; one that says it otherwise or says more gives way to the
 * document's own sentences; one that shares fewer than half of its words with them is left out.
 * @param passages the first is number 1
 */
export function groundedSentence(
  text: string,
  passages: readonly GroundingPassage[],
): GroundedSentence | null {
  const parsed = line.safeParse(parseJson(text));
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.trim().replace(/,$/, ''));
  } catch {
    return null;
  }
}

/** Cuts a text that arrives in pieces into its lines. */
export function createLines() {
  let rest = '';
  return {
    /** The lines that are complete by now. */
    add: (piece: string): string[] => {
      const parts = (rest + piece).split('\n');
      rest = parts.pop() ?? '';
      return parts;
    },
    /** What is left when the text has ended. */
    end: (): string[] => (rest.trim() === '' ? [] : [rest]),
  };
}
