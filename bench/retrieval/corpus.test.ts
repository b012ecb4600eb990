import { expect, test } from 'vitest';
import { DOCUMENTS, digestOf, isForDevelopment, QUESTIONS, sectionWith } from './corpus.ts';
import { UNANSWERED } from './unanswered.ts';

test('documents and questions are frozen, and every question has one passage', () => {
  expect(DOCUMENTS).toHaveLength(32);
  expect(new Set(QUESTIONS.map(({ question }) => question)).size).toBe(202);
  for (const { phrase } of QUESTIONS) sectionWith(phrase);
  expect(digestOf([DOCUMENTS, QUESTIONS])).toBe(
    '7acd8f519cf18594d068b6f6315dba78d54c40e98c48efe0efb31c042592bcca',
  );
});

test('the halves of the questions are frozen', () => {
  expect(QUESTIONS.filter(({ phrase }) => isForDevelopment(phrase))).toHaveLength(108);
  expect(UNANSWERED).toHaveLength(60);
  expect(UNANSWERED.filter(isForDevelopment)).toHaveLength(31);
});
