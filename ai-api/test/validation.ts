import { beforeEach } from 'vitest';
import type { Client } from '../src/catalogue/client.ts';
import { startApi, type TestApi } from './api.ts';
import type { TestDatabase } from './databases.ts';
import { type ModelRecorder, startModelRecorder } from './model-recorder.ts';

export type NewRuleSet = Parameters<Client['validationRuleSet']['create']>[0];
type Check = Parameters<Client['validation']['check']>[0];

export const POLITE: Omit<NewRuleSet, 'name' | 'title'> = {
  rules: [
    { id: 'thanks', type: 'contains', values: ['thank'], wholeWords: false, hard: false },
    { id: 'no-data', type: 'pii' },
    { id: 'short', type: 'length', unit: 'words', max: 12, hard: false },
  ],
  scoring: {
    passAt: 60,
    bands: [
      { name: 'good', from: 90 },
      { name: 'fair', from: 60 },
    ],
  },
  examples: [
    { text: 'Thank you, it is done.', passes: true },
    { text: 'Write to ada@example.com.', passes: false },
  ],
};

/** An API with a model that thanks, and the published rule set `polite`. */
export interface ValidationFixture {
  api: TestApi;
  client: Client;
  model: ModelRecorder;
  /** A name that no rule set and no template has. */
  newName(): string;
  /** Creates and publishes a rule set; answers its name. */
  published(name?: string, given?: Partial<NewRuleSet>): Promise<string>;
  /** Judges a text by `polite` or the rule set in `more`. */
  check(text: string, more?: Partial<Check>): ReturnType<Client['validation']['check']>;
  stop(): Promise<void>;
}

const answerThanks = () => ({ answer: { answer: 'Thank you.' } });

export async function startValidation(create: () => Promise<TestDatabase>): Promise<ValidationFixture> {
  const model = await startModelRecorder(answerThanks);
  const testDatabase = await create();
  const api = await startApi(testDatabase, { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.url });
  const { client } = api;
  let count = 0;
  const newName = () => `set-${++count}`;
  const fixture: ValidationFixture = {
    api,
    client,
    model,
    newName,
    published: async (name = newName(), given = {}) => {
      await client.validationRuleSet.create({ name, title: name, ...POLITE, ...given });
      await client.validationRuleSet.publish({ name, version: 1 });
      return name;
    },
    check: (text, more = {}) => client.validation.check({ ruleSet: 'polite', text, ...more }),
    stop: async () => {
      await api.stop();
      await model.close();
      await testDatabase.remove();
    },
  };
  await fixture.published('polite');
  return fixture;
}

/** Every test begins with a model that thanks. */
export function thanksAgain(model: () => ModelRecorder): void {
  beforeEach(() => model().answerWith(answerThanks));
}
