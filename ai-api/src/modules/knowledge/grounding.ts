import { z } from 'zod';

/** One sentence of an answer, and the words of a passage that it rests on. */
export interface GroundedSentence {
  text: string;
  /** Number of the passage, from 1. */
  citation: number;
  quote: string;
}

const line = z.object({
  sentence: z.string().trim().min(1).max(1000),
  passage: z.number().int().min(1),
  quote: z.string().trim().min(1).max(1000),
});

/** Fewer words could stand anywhere. */
const LEAST_WORDS = 3;

/**
 * Reads one line of a model's answer. Null unless it rests on a passage: the quote has to stand there word for
 * word, and every figure of the sentence too.
 * @param passages their texts, the first is number 1
 */
export function groundedSentence(text: string, passages: readonly string[]): GroundedSentence | null {
  const parsed = line.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { sentence, passage, quote } = parsed.data;
  const source = passages[passage - 1];
  if (source === undefined) return null;
  const words = plain(quote);
  if (words.split(' ').length < LEAST_WORDS || !` ${plain(source)} `.includes(` ${words} `)) return null;
  const known = new Set(figuresOf(source));
  if (figuresOf(sentence).some((figure) => !known.has(figure))) return null;
  return { text: sentence, citation: passage, quote };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.trim().replace(/,$/, ''));
  } catch {
    return null;
  }
}

/** Words alone: case, punctuation and line breaks may differ. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}%€$£]+/gu, ' ')
    .trim();
}

function figuresOf(text: string): string[] {
  return (text.match(/\d+(?:[.,]\d+)*/g) ?? []).map((figure) => figure.replaceAll(',', ''));
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
