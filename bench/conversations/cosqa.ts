import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Pairs in the shape of CoSQA: a question, a piece of code, and whether the code answers it. */
const pairs = z.array(z.object({ doc: z.string(), code: z.string(), label: z.coerce.number().default(1) }));

export interface QuerySet {
  documents: { id: string; text: string }[];
  questions: { text: string; relevant: string[] }[];
}

/** Reads a set of pairs, each piece of code once. */
export function readPairs(path: string): QuerySet {
  const rows = pairs.parse(JSON.parse(readFileSync(path, 'utf8')));
  const ids = new Map(
    [...new Set(rows.map(({ code }) => code))].map((code, index) => [code, `code-${index}`]),
  );
  return {
    documents: [...ids].map(([text, id]) => ({ id, text })),
    questions: rows
      .filter(({ label }) => label === 1)
      .map(({ doc, code }) => ({ text: doc, relevant: [ids.get(code) as string] })),
  };
}
