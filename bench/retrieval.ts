import type { Client } from '../ai-api/src/catalogue/client.ts';
import { forEachHomeKind, type Home, type HomeKind } from './homes.ts';
import { startLoopbackModel } from './loopback-model.ts';
import { startPlatform } from './platform.ts';
import {
  DOCUMENTS,
  isForDevelopment,
  QUESTIONS,
  type Question,
  sectionWith,
  stemsOf,
} from './retrieval/corpus.ts';
import { ELSEWHERE } from './retrieval/elsewhere.ts';
import { measureSet } from './retrieval/measure-set.ts';
import { type QuestionSet, readQuestionSet } from './retrieval/own-set.ts';
import { uploadPolicies } from './retrieval/policies.ts';
import { UNANSWERED } from './retrieval/unanswered.ts';
import { quantile } from './statistics.ts';
import { printTable, shareOf } from './triage/outcomes.ts';

const MODES = { words: 'words', meaning: 'vectors', both: 'fused' } as const;
const DEPTH = 5;

const sharesAWord = ({ question, phrase }: Question) => {
  const known = stemsOf(sectionWith(phrase));
  return [...stemsOf(question)].some((stem) => known.has(stem));
};
const inView = (questions: readonly Question[]) => questions.filter(({ phrase }) => isForDevelopment(phrase));
const heldOut = (questions: readonly Question[]) =>
  questions.filter(({ phrase }) => !isForDevelopment(phrase));
const SHARING = QUESTIONS.filter(sharesAWord);
const SHARING_NONE = QUESTIONS.filter((question) => !sharesAWord(question));

const GROUPS: readonly [string, readonly Question[]][] = [
  ['all questions', QUESTIONS],
  ['development half', inView(QUESTIONS)],
  ['held-out half', heldOut(QUESTIONS)],
  ['share a word with the passage', SHARING],
  ['share none', SHARING_NONE],
  ['share none, held-out half', heldOut(SHARING_NONE)],
];

/** The place of the passage that answers, from 1; 0 when it is not among the first five. */
async function placeOf(
  client: Client,
  { question, phrase }: Question,
  by: keyof typeof MODES,
): Promise<number> {
  const { passages, meaning } = await client.policy.search({ query: question, by, limit: DEPTH });
  if (by !== 'words' && meaning !== 'Meaning was compared.') throw new Error(meaning);
  return 1 + passages.findIndex(({ text }) => text.replaceAll(/\s+/g, ' ').includes(phrase));
}

/** What a place is worth in nDCG, where one passage answers. */
const gainOf = (place: number) => (place === 0 ? 0 : 1 / Math.log2(1 + place));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

async function measureRecall(client: Client): Promise<void> {
  const rows: string[][] = [];
  for (const by of Object.keys(MODES) as (keyof typeof MODES)[]) {
    const places = new Map<Question, number>();
    const times: number[] = [];
    for (const question of QUESTIONS) {
      const begun = performance.now();
      places.set(question, await placeOf(client, question, by));
      times.push(performance.now() - begun);
    }
    console.log(
      `A search by ${MODES[by]}: p50 ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms`,
    );
    for (const [group, questions] of GROUPS) {
      const within = (depth: number) =>
        questions.filter((question) => {
          const place = places.get(question) ?? 0;
          return place > 0 && place <= depth;
        }).length;
      const { length } = questions;
      rows.push([
        MODES[by],
        group,
        String(length),
        shareOf(within(1), length),
        shareOf(within(DEPTH), length),
        (sum(questions.map((question) => gainOf(places.get(question) ?? 0))) / length).toFixed(3),
      ]);
    }
  }
  printTable([['by', 'questions', '', 'recall@1', 'recall@5', 'nDCG@5'], ...rows]);
}

/** What was not thought fit to be read by a model, or shown without one, and is answered by saying that nothing fits. */
async function measureSilence(home: Home): Promise<void> {
  const model = await startLoopbackModel(0);
  const rows: string[][] = [];
  try {
    for (const [use, environment] of [
      ['shown, without a model', {}],
      ['read by a model', { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'loopback' }],
    ] as const) {
      const platform = await startPlatform(home, environment);
      const isSilent = async (question: string) => {
        const { status, engine } = await platform.client.chat.query({ question });
        return status === 'not said' && engine === 'rules';
      };
      try {
        for (const [group, questions] of [
          ['not answered, development half', UNANSWERED.filter(isForDevelopment)],
          ['not answered, held-out half', UNANSWERED.filter((question) => !isForDevelopment(question))],
          ['about something else, development half', ELSEWHERE.filter(isForDevelopment)],
          [
            'about something else, held-out half',
            ELSEWHERE.filter((question) => !isForDevelopment(question)),
          ],
          ['answered, development half', inView(QUESTIONS).map(({ question }) => question)],
          ['answered, held-out half', heldOut(QUESTIONS).map(({ question }) => question)],
          ['answered, share a word', SHARING.map(({ question }) => question)],
        ] as const) {
          let silent = 0;
          for (const question of questions) if (await isSilent(question)) silent++;
          rows.push([use, group, String(questions.length), shareOf(silent, questions.length)]);
        }
      } finally {
        await platform.stop();
      }
    }
  } finally {
    await model.stop();
  }
  console.log('\nQuestions that no passage seems fit for');
  printTable([['passages are', 'questions the documents', '', 'nothing fits'], ...rows]);
}

async function measure({ name, create }: HomeKind): Promise<void> {
  const home = await create();
  try {
    const platform = await startPlatform(home);
    try {
      await uploadPolicies(platform.client, DOCUMENTS);
      console.log(
        `\nRetrieval on ${name}: ${QUESTIONS.length} questions about ${DOCUMENTS.length} documents`,
      );
      await measureRecall(platform.client);
    } finally {
      await platform.stop();
    }
    await measureSilence(home);
  } finally {
    await home.remove();
  }
}

/** The set that a file holds, in place of the built-in one. */
async function measureGiven({ name, create }: HomeKind, set: QuestionSet): Promise<void> {
  const home = await create();
  try {
    const platform = await startPlatform(home);
    try {
      await uploadPolicies(platform.client, set.documents);
      console.log(`\nRetrieval on ${name}`);
      await measureSet(platform.client, set);
    } finally {
      await platform.stop();
    }
  } finally {
    await home.remove();
  }
}

const file = process.env.BENCH_QUESTIONS;
const given = file ? readQuestionSet(file) : null;
await forEachHomeKind((kind) => (given ? measureGiven(kind, given) : measure(kind)));
