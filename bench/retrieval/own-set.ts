import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { SourceDocument } from './corpus.ts';

/** A question about documents of any set. */
export interface AskedQuestion {
  question: string;
  /** Name of the document with the answer; null where no document answers. */
  document: string | null;
  /** Words of that document, any of which answers; none where no document answers. */
  answers: string[];
}

/** Documents and questions about them. */
export interface QuestionSet {
  documents: SourceDocument[];
  questions: AskedQuestion[];
}

const plain = z.object({
  documents: z.array(z.object({ name: z.string().min(1), text: z.string().min(1) })).min(1),
  questions: z
    .array(
      z.object({
        question: z.string().min(3),
        document: z.string().nullable(),
        answer: z.string().min(1).nullable(),
      }),
    )
    .min(1),
});

/** @see https://rajpurkar.github.io/SQuAD-explorer/ versions 1.1 and 2.0 */
const squad = z.object({
  data: z
    .array(
      z.object({
        title: z.string().default('article'),
        paragraphs: z.array(
          z.object({
            context: z.string(),
            qas: z.array(
              z.object({
                question: z.string(),
                answers: z.array(z.object({ text: z.string() })),
                is_impossible: z.boolean().default(false),
              }),
            ),
          }),
        ),
      }),
    )
    .min(1),
});

/**
 * Reads a set in one of the two shapes.
 * @throws an Error that names what is wrong: another shape, a document that is not there, an answer that is not in it
 */
export function readQuestionSet(file: string): QuestionSet {
  const given: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const isSquad = typeof given === 'object' && given !== null && 'data' in given;
  const parsed = isSquad
    ? squad.transform(ofSquad).safeParse(given)
    : plain.transform(ofPlain).safeParse(given);
  if (!parsed.success) throw new Error(`${file} has another shape:\n${z.prettifyError(parsed.error)}`);
  for (const { question, document, answers } of parsed.data.questions) {
    if (document === null) continue;
    const body = parsed.data.documents.find(({ name }) => name === document)?.body;
    if (body === undefined) throw new Error(`There is no document ${document}, which "${question}" names.`);
    const missing = answers.find((answer) => !inOneLine(body).includes(inOneLine(answer)));
    if (missing !== undefined)
      throw new Error(`"${missing}", which answers "${question}", is not in ${document}.`);
  }
  return parsed.data;
}

function ofPlain({ documents, questions }: z.output<typeof plain>): QuestionSet {
  return {
    documents: documents.map(({ name, text }) => documentOf(name, text)),
    questions: questions.map(({ question, document, answer }) => ({
      question,
      document: answer === null ? null : document,
      answers: answer === null ? [] : [answer],
    })),
  };
}

/** Each article is a document of its paragraphs. */
function ofSquad({ data }: z.output<typeof squad>): QuestionSet {
  const named = data.map(({ title, paragraphs }, index) => ({ name: `${index + 1} ${title}`, paragraphs }));
  return {
    documents: named.map(({ name, paragraphs }) =>
      documentOf(name, paragraphs.map(({ context }) => inOneLine(context)).join('\n\n')),
    ),
    questions: named.flatMap(({ name, paragraphs }) =>
      paragraphs.flatMap(({ qas }) =>
        qas.map(({ question, answers, is_impossible }) => {
          const texts = is_impossible ? [] : [...new Set(answers.map(({ text }) => text))];
          return { question, document: texts.length === 0 ? null : name, answers: texts };
        }),
      ),
    ),
  };
}

const documentOf = (name: string, body: string): SourceDocument => ({
  name,
  contentType: 'text/plain',
  body,
});

/** Runs of white space as one blank, as passages have them. */
export const inOneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
