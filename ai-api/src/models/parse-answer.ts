import type { z } from 'zod';
import { ModelError, NO_USAGE } from './chat.ts';
import { objectsIn, withoutThoughts } from './json-in.ts';
import type { Completed } from './provider.ts';

/** Largest answer that is read, in characters. */
export const MAX_ANSWER_LENGTH = 100_000;

/**
 * Reads an answer by its schema: the text as JSON, or the one object in it that fits, since models put fences,
 * thoughts and sentences around their answers. What it used is kept in the error when nothing fits.
 * @throws {ModelError} out_of_schema
 */
export function parseAnswer<T extends z.ZodType>(completed: Completed, schema: T): z.output<T> {
  try {
    return read(completed, schema);
  } catch (cause) {
    if (!completed.isCutOff) throw cause;
    // Asked again it would be cut off again.
    const message = "The model's answer was cut off at the limit of its length.";
    throw new ModelError('out_of_schema', message, completed.usage ?? NO_USAGE, cause, true);
  }
}

function read<T extends z.ZodType>({ text, usage }: Completed, schema: T): z.output<T> {
  const fault = (message: string) => new ModelError('out_of_schema', message, usage ?? NO_USAGE);
  if (text.length > MAX_ANSWER_LENGTH) throw fault(`The model answered ${text.length} characters.`);
  const values = valuesIn(text);
  const read = values.map((value) => schema.safeParse(value));
  const fitting = read.flatMap(({ success, data }) => (success ? [data] : []));
  const different = new Map(fitting.map((data) => [JSON.stringify(data), data]));
  if (different.size > 1) throw fault('The model gave several answers.');
  if (fitting.length > 0) return fitting[0] as z.output<T>;
  const issue = read[0]?.error?.issues[0];
  if (!issue) throw fault('The model did not answer JSON.');
  throw fault(`The model's answer does not fit: ${issue.path.join('.') || 'the answer'}: ${issue.message}`);
}

function valuesIn(text: string): unknown[] {
  const answer = withoutThoughts(text);
  try {
    const value: unknown = JSON.parse(answer);
    // Some gateways write the answer as a text that holds JSON.
    return typeof value === 'string' ? valuesIn(value) : [value];
  } catch {
    return objectsIn(answer) ?? [];
  }
}
