import { startApi, type TestApi } from '../ai-api/test/api.ts';
import { sampleConversations } from '../examples/conversations/index.ts';
import { STORIES } from '../examples/conversations/stories.ts';
import { type QuerySet, readPairs } from './conversations/cosqa.ts';
import { QUESTIONS } from './conversations/questions.ts';
import { indexed } from './conversations/wait.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { printTable } from './triage/outcomes.ts';

const ALPHAS = [0, 0.25, 0.5, 0.75, 1];
const DEPTH = 10;

/** What an order is worth: 1 when everything relevant comes first. */
function ndcg(found: readonly string[], relevant: ReadonlySet<string>): number {
  const gains = (flags: readonly boolean[]) =>
    flags.reduce((sum, isRelevant, place) => sum + (isRelevant ? 1 / Math.log2(place + 2) : 0), 0);
  const best = gains(Array.from({ length: Math.min(DEPTH, relevant.size) }, () => true));
  return best === 0 ? 0 : gains(found.slice(0, DEPTH).map((id) => relevant.has(id))) / best;
}

/** The sample conversations, which are relevant to a question when they tell its story. */
async function ownSet({ client }: TestApi): Promise<{ questions: QuerySet['questions'] }> {
  const ofStory = new Map<number, string[]>();
  for (const { files } of sampleConversations()) {
    for (const { name, text } of files) {
      const base64 = Buffer.from(text).toString('base64');
      const report = await client.conversation.import({ files: [{ name, base64 }] });
      const id = report.files[0]?.conversations[0]?.id ?? '';
      const story = STORIES.findIndex(({ openings }) =>
        openings.some(
          (opening) => text.includes(JSON.stringify(opening).slice(1, -1)) || text.includes(opening),
        ),
      );
      ofStory.set(story, [...(ofStory.get(story) ?? []), id]);
    }
  }
  return { questions: QUESTIONS.map(([story, text]) => ({ text, relevant: ofStory.get(story) ?? [] })) };
}

async function pairSet({ client }: TestApi, path: string): Promise<{ questions: QuerySet['questions'] }> {
  const { documents, questions } = readPairs(path);
  const ids = new Map<string, string>();
  for (const { id, text } of documents) {
    const saved = await client.conversation.create({
      sessionId: id,
      title: id,
      messages: [{ author: 'assistant', text }],
    });
    ids.set(id, saved.id);
  }
  return {
    questions: questions.map(({ text, relevant }) => ({
      text,
      relevant: relevant.map((id) => ids.get(id) ?? ''),
    })),
  };
}

async function measure({ name, create }: HomeKind): Promise<void> {
  const home = await create();
  const api = await startApi({ env: home.env } as never);
  try {
    const path = process.env.BENCH_PAIRS;
    const { questions } = path ? await pairSet(api, path) : await ownSet(api);
    await indexed(api);
    const rows: string[][] = [];
    for (const alpha of ALPHAS) {
      const values: number[] = [];
      for (const { text, relevant } of questions) {
        const { items, meaning } = await api.client.conversation.search({ q: text, alpha, limit: DEPTH });
        if (alpha > 0 && meaning.startsWith('Meaning was not')) throw new Error(meaning);
        values.push(
          ndcg(
            items.map(({ conversation }) => conversation.id),
            new Set(relevant),
          ),
        );
      }
      rows.push([String(alpha), (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3)]);
    }
    console.log(`\nConversations found on ${name}: ${questions.length} questions, ${path ?? 'our own set'}`);
    printTable([['alpha', `nDCG@${DEPTH}`], ...rows]);
  } finally {
    await api.stop();
    await home.remove();
  }
}

await forEachHomeKind(async (kind) => {
  try {
    await measure(kind);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('Meaning was not')) throw error;
    console.log(`Not measured on ${kind.name}: ${error.message}`);
  }
});
