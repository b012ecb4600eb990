import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../contract/languages.ts';
import { approvalKind } from '../modules/manager/approvals/kind.ts';
import { CATEGORIES } from '../modules/manager/approvals/states.ts';
import { evaluationKind } from '../modules/manager/evaluations/kinds/builder.ts';
import { projectKind } from '../modules/manager/evaluations/kinds/project.ts';
import { stageGateKind } from '../modules/manager/stage-gates/kind.ts';
import { factPaths } from './facts.ts';
import { languageOf } from './language.ts';

const translated = LANGUAGES.filter((language) => language !== 'en');

describe.each([approvalKind, evaluationKind, projectKind, stageGateKind])('the kind $name', (kind) => {
  const changeable = factPaths(kind.vocabulary).filter((path) => {
    const [group = '', field = ''] = path.split('.');
    return kind.vocabulary[group]?.[field]?.changeable !== undefined;
  });

  test.each(translated)('has every word that explanations need in %s', (language) => {
    const words = kind.words?.[language];
    expect(Object.keys(words?.facts ?? {}).toSorted()).toEqual(changeable.toSorted());
    expect(Object.keys(words?.criteria ?? {})).toEqual(kind.criteria.map(({ id }) => id));
    expect(Object.keys(words?.outcomes ?? {})).toEqual(
      kind.decides ? [kind.decides.yes, kind.decides.no] : [],
    );
  });
});

test.each(translated)('every category of a request has a name in %s', (language) => {
  expect(Object.keys(approvalKind.words?.[language]?.values ?? {}).toSorted()).toEqual(
    [...CATEGORIES].toSorted(),
  );
});

test('a locale leads to the language it names, and an unknown one to English', () => {
  expect(['de', 'de-AT', 'ES_mx', 'pt-BR', ''].map(languageOf)).toEqual(['de', 'de', 'es', 'en', 'en']);
});
