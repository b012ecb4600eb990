import type { Client } from '../ai-api/src/contract/client.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { startPlatform } from './platform.ts';
import { DOCUMENTS, sectionWith, stemsOf } from './retrieval/corpus.ts';
import { uploadPolicies } from './retrieval/policies.ts';
import { QUESTIONS, type Question } from './retrieval/questions.ts';
import { printTable, shareOf } from './triage/outcomes.ts';

const MODES = { words: 'full text', meaning: 'vectors', both: 'fused' } as const;
const DEPTH = 5;

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

async function measure({ name, create }: HomeKind): Promise<void> {
  const home = await create();
  try {
    const platform = await startPlatform(home);
    try {
      await uploadPolicies(platform.client, DOCUMENTS);
      const asked = QUESTIONS.map((question) => {
        const known = stemsOf(sectionWith(question.phrase));
        return { question, shares: [...stemsOf(question.question)].some((stem) => known.has(stem)) };
      });
      const groups: [string, Question[]][] = [
        ['all questions', asked.map(({ question }) => question)],
        [
          'share a word with the passage',
          asked.flatMap(({ question, shares }) => (shares ? [question] : [])),
        ],
        ['share none', asked.flatMap(({ question, shares }) => (shares ? [] : [question]))],
      ];
      const rows: string[][] = [];
      for (const by of Object.keys(MODES) as (keyof typeof MODES)[]) {
        const places = new Map<Question, number>();
        for (const question of QUESTIONS) places.set(question, await placeOf(platform.client, question, by));
        for (const [group, questions] of groups) {
          const within = (depth: number) =>
            questions.filter((question) => {
              const place = places.get(question) ?? 0;
              return place > 0 && place <= depth;
            }).length;
          rows.push([
            MODES[by],
            group,
            String(questions.length),
            shareOf(within(1), questions.length),
            shareOf(within(DEPTH), questions.length),
          ]);
        }
      }
      console.log(
        `\nRetrieval on ${name}: ${QUESTIONS.length} questions about ${DOCUMENTS.length} documents`,
      );
      printTable([['by', 'questions', '', 'recall@1', 'recall@5'], ...rows]);
    } finally {
      await platform.stop();
    }
  } finally {
    await home.remove();
  }
}

await forEachHomeKind(measure);
