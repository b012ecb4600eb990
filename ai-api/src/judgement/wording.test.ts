import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { approvalKind } from '../modules/manager/approvals/kind.ts';
import { evaluationKind } from '../modules/manager/evaluations/kinds/builder.ts';
import { projectKind } from '../modules/manager/evaluations/kinds/project.ts';
import { expressionLanguage } from './expression.ts';
import { defaultRules } from './index.ts';
import { compileRule } from './rule.ts';
import { MESSAGES } from './wording.ts';

const KINDS = [approvalKind, evaluationKind, projectKind];
const GATES = JSON.parse(readFileSync(new URL('../../rules/stage-gates.json', import.meta.url), 'utf8')) as {
  criteria: { kind: string; title: string; message?: string }[];
}[];

/** Every sentence of rules about people that comes with the product. */
async function builtIn(): Promise<string[]> {
  const rules = await Promise.all(KINDS.map(defaultRules));
  const measures = GATES.flatMap(({ criteria }) => criteria).filter(({ kind }) => kind === 'measure');
  return [
    ...rules.flat().map(({ message }) => message),
    ...measures.flatMap(({ title, message }) => [`${title}: met.`, message ?? '']),
  ];
}

const valuesIn = (message: string) => (message.match(/\{[^{}]+\}/g) ?? []).toSorted();

describe.each(Object.entries(MESSAGES))('the sentences of built-in rules in %s', (_language, messages) => {
  test('are there for every rule about people', async () => {
    expect((await builtIn()).filter((message) => !messages[message])).toEqual([]);
  });

  test('say the same values, and nothing that is no translation', async () => {
    for (const [english, translated] of Object.entries(messages)) {
      expect(valuesIn(translated)).toEqual(valuesIn(english));
      expect(translated).not.toBe(english);
    }
  });

  test('can be filled in', async () => {
    for (const kind of KINDS) {
      const language = expressionLanguage(kind.vocabulary);
      const criteria = kind.criteria.map(({ id }) => id);
      for (const rule of await defaultRules(kind)) {
        const message = messages[rule.message] ?? '';
        expect(() => compileRule({ ...rule, message, version: 1 }, language, criteria)).not.toThrow();
      }
    }
  });
});
