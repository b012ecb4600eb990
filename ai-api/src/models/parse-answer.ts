import type { z } from 'zod';
import { ModelError } from './chat.ts';
import type { Completed } from './provider.ts';

/** Largest answer that is read, in characters. */
export const MAX_ANSWER_LENGTH = 100_000;

/**
 * Reads an answer by its schema. What it used is kept in the error when it does not fit.
 * @throws {ModelError} out_of_schema
 */
export function parseAnswer<T extends z.ZodType>(completed: Completed, schema: T): z.output<T> {
  try {
    return read(completed, schema);
  } catch (cause) {
    if (!completed.isCutOff) throw cause;
    // Asked again it would be cut off again.
    const message = "The model's answer was cut off at the limit of its length.";
    throw new ModelError('out_of_schema', message, completed.usage, cause, true);
  }
}

function read<T extends z.ZodType>({ text, usage }: Completed, schema: T): z.output<T> {
  if (text.length > MAX_ANSWER_LENGTH) {
    throw new ModelError('out_of_schema', `The model answered ${text.length} characters.`, usage);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelError('out_of_schema', 'The model did not answer JSON.', usage, cause);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') || 'the answer';
  throw new ModelError(
    'out_of_schema',
    `The model's answer does not fit: ${where}: ${issue?.message}`,
    usage,
  );
}
