import { openAccountReader, type ReadAccount } from './reader.ts';
import type { Obstacle } from './sentences.ts';
import weights from './weights.generated.json' with { type: 'json' };

/** What {@link signOf} says of a text that reads like a plain account of work. */
export const NO_SIGN = 'none';

const OBSTACLES: Record<Obstacle, string> = {
  long: 'is longer than the engine reads alone',
  signs: 'has signs, code or letters that a plain account has no need of',
  language: 'is not in plain English words',
};

let opened: Promise<ReadAccount> | undefined;

/**
 * What keeps a text from being read as a plain account of work, in a few words; {@link NO_SIGN} when nothing does.
 * Only what is clearly an account is let through, so a sign says nothing against the writer: it is a reason for a
 * person to read the text, no more.
 */
export async function signOf(text: string): Promise<string> {
  opened ??= openAccountReader(weights);
  const reading = (await opened)(text);
  if (typeof reading === 'string') return OBSTACLES[reading];
  if (reading.clarity > 0) return NO_SIGN;
  return `does not clearly read like an account of work (sentence ${reading.sentence})`;
}
