import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readQuestionSet } from './own-set.ts';
import { passagesIn, startBm25, startFullText } from './peers.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ai-manager-question-set-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function fileOf(content: unknown): string {
  const file = join(directory, 'set.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const LEAVE = 'Unused leave lapses on 31 March.\nA lead may allow more.';
const TRAVEL = 'Hotels are paid up to 140 EUR a night.';

test('a set of documents, questions and spans is read', () => {
  const set = readQuestionSet(
    fileOf({
      documents: [{ name: 'leave', text: LEAVE }],
      questions: [
        { question: 'When does leave lapse?', document: 'leave', answer: 'on 31 March. A lead' },
        { question: 'Who repairs laptops?', document: null, answer: null },
      ],
    }),
  );
  expect(set.documents).toEqual([{ name: 'leave', contentType: 'text/plain', body: LEAVE }]);
  expect(set.questions).toEqual([
    { question: 'When does leave lapse?', document: 'leave', answers: ['on 31 March. A lead'] },
    { question: 'Who repairs laptops?', document: null, answers: [] },
  ]);
});

test('a set in the shape of SQuAD is read, questions that nothing answers too', () => {
  const answer = { text: '31 March', answer_start: 24 };
  const set = readQuestionSet(
    fileOf({
      version: 'v2.0',
      data: [
        {
          title: 'Rules',
          paragraphs: [
            {
              context: LEAVE,
              qas: [
                {
                  id: '1',
                  question: 'When does leave lapse?',
                  answers: [answer, answer],
                  is_impossible: false,
                },
                { id: '2', question: 'Who repairs laptops?', answers: [], is_impossible: true },
              ],
            },
            { context: TRAVEL, qas: [] },
          ],
        },
      ],
    }),
  );
  expect(set.documents.map(({ body }) => body)).toEqual([`${LEAVE.replace('\n', ' ')}\n\n${TRAVEL}`]);
  expect(set.questions.map(({ document, answers }) => [document, answers])).toEqual([
    ['1 Rules', ['31 March']],
    [null, []],
  ]);
});

test.each([
  ['another shape', { rows: [] }, 'has another shape'],
  [
    'a document that is not there',
    { documents: [{ name: 'a', text: 'b' }], questions: [{ question: 'Why?', document: 'c', answer: 'b' }] },
    'There is no document c',
  ],
  [
    'an answer that is not in its document',
    { documents: [{ name: 'a', text: 'b' }], questions: [{ question: 'Why?', document: 'a', answer: 'z' }] },
    '"z", which answers "Why?", is not in a',
  ],
])('a set with %s is refused', (_what, content, message) => {
  expect(() => readQuestionSet(fileOf(content))).toThrow(message);
});

test('both peers find the passage with the words of a question, and nothing without any', async () => {
  const passages = passagesIn([
    { name: 'leave', contentType: 'text/plain', body: LEAVE },
    { name: 'travel', contentType: 'text/plain', body: TRAVEL },
  ]);
  for (const peer of [startBm25(passages), await startFullText(passages)]) {
    const found = await peer.search('How much are hotels?', 5);
    expect(found[0], peer.name).toEqual({ document: 'travel', text: TRAVEL });
    expect(await peer.search('Zyzzyva', 5), peer.name).toEqual([]);
    await peer.close();
  }
});
