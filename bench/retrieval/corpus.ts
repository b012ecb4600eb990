import { createHash } from 'node:crypto';
import { OPERATIONS } from './documents-operations.ts';
import { PEOPLE } from './documents-people.ts';
import { WORK } from './documents-work.ts';
import questions from './questions.json' with { type: 'json' };

/** One document as it is uploaded. */
export interface SourceDocument {
  name: string;
  contentType: 'text/markdown' | 'text/html' | 'application/json' | 'text/plain';
  body: string;
}

const entries = (of: Readonly<Record<string, string>>, contentType: SourceDocument['contentType']) =>
  Object.entries(of).map(([name, body]) => ({ name, contentType, body }));

/** 32 documents of a fictional company, in three formats. */
export const DOCUMENTS: readonly SourceDocument[] = [
  ...entries(PEOPLE, 'text/markdown'),
  ...entries(OPERATIONS, 'text/html'),
  ...entries(WORK, 'application/json'),
];

/** One question, and a phrase that only the passage with its answer has. */
export interface Question {
  question: string;
  phrase: string;
}

/** Of each pair one question is near the words of its passage, the other says it otherwise. */
export const QUESTIONS: readonly Question[] = questions;

/** The parts that answers are in: what is below one heading, or below one key. */
export const SECTIONS: readonly string[] = DOCUMENTS.flatMap(({ body }) => body.split(/\n## |<h2>|\},?"/));

const COMMON = new Set(
  'what which when where that this with from have does many much will must they them their into than then only your there about after before would should could every everybody somebody'.split(
    ' ',
  ),
);

/** The beginnings of a text's words, without the most common ones: five letters represent a stem. */
export function stemsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
  return new Set(words.filter((word) => !COMMON.has(word)).map((word) => word.slice(0, 5)));
}

/** The section that has a phrase. @throws when none or several have it */
export function sectionWith(phrase: string): string {
  const [section, ...others] = SECTIONS.filter((text) => text.includes(phrase));
  if (section === undefined || others.length > 0)
    throw new Error(`"${phrase}" is not in exactly one section`);
  return section;
}

/** Of the half that the search was fitted on; the other half is held out. By the hash of a question or of its phrase. */
export function isForDevelopment(text: string): boolean {
  const [first = 0] = createHash('sha256').update(`retrieval-split-1:${text}`).digest();
  return first % 2 === 0;
}

/** A name for documents and questions together. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
