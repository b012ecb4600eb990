import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { printTable, shareOf } from '../triage/outcomes.ts';
import { type AskedQuestion, inOneLine, type QuestionSet } from './own-set.ts';
import { type FoundText, passagesIn, startBm25, startFullText } from './peers.ts';

const DEPTH = 5;

/** One search that is measured. */
interface Searched {
  name: string;
  search(question: string): Promise<FoundText[]>;
  /** Whether it says that nothing answers. */
  isSilent(question: string, found: readonly FoundText[]): Promise<boolean>;
}

/** Questions as long as a search takes them. */
const MAX_QUESTION = 500;

/** Prints how the platform's search finds the answers of a set, beside BM25 and full text over the same passages. */
export async function measureSet(client: Client, { documents, questions }: QuestionSet): Promise<void> {
  const names = new Map<string, string>();
  const nameOf = async (documentId: string) => {
    const name = names.get(documentId) ?? (await client.policy.get({ documentId })).name;
    names.set(documentId, name);
    return name;
  };
  const passages = passagesIn(documents);
  const peers = [startBm25(passages), await startFullText(passages)];
  const ours = async (question: string, by: 'words' | 'both'): Promise<FoundText[]> => {
    const { passages: found } = await client.policy.search({ query: question, by, limit: DEPTH });
    return Promise.all(
      found.map(async ({ documentId, text }) => ({ document: await nameOf(documentId), text })),
    );
  };
  const says = async (question: string) => (await client.chat.query({ question })).status === 'not said';
  const searches: Searched[] = [
    { name: 'AI Manager', search: (question) => ours(question, 'both'), isSilent: says },
    { name: 'AI Manager, words alone', search: (question) => ours(question, 'words'), isSilent: says },
    ...peers.map(({ name, search }) => ({
      name,
      search: (question: string) => search(question, DEPTH),
      isSilent: async (_: string, found: readonly FoundText[]) => found.length === 0,
    })),
  ];
  const asked = questions.map((one) => ({ ...one, question: one.question.trim().slice(0, MAX_QUESTION) }));
  const [answered, foreign] = [
    asked.filter(({ document }) => document !== null),
    asked.filter(({ document }) => document === null),
  ];
  console.log(`\n${documents.length} documents, ${passages.length} passages, ${questions.length} questions`);
  try {
    const rows = [];
    for (const search of searches) rows.push(await rowOf(search, answered, foreign));
    printTable([
      ['search', 'recall@1', 'recall@5', 'answer in the first five', 'silent, answered', 'silent, foreign'],
      ...rows,
    ]);
  } finally {
    for (const peer of peers) await peer.close();
  }
}

async function rowOf(
  { name, search, isSilent }: Searched,
  answered: readonly AskedQuestion[],
  foreign: readonly AskedQuestion[],
): Promise<string[]> {
  const counts = { first: 0, five: 0, contained: 0, silent: 0, silentForeign: 0 };
  for (const { question, document, answers } of answered) {
    const found = await search(question);
    const has = ({ text }: FoundText) =>
      answers.some((answer) => inOneLine(text).includes(inOneLine(answer)));
    const place = found.findIndex((one) => one.document === document && has(one));
    if (place === 0) counts.first++;
    if (place >= 0) counts.five++;
    if (found.some(has)) counts.contained++;
    if (await isSilent(question, found)) counts.silent++;
  }
  for (const { question } of foreign)
    if (await isSilent(question, await search(question))) counts.silentForeign++;
  return [
    name,
    shareOf(counts.first, answered.length),
    shareOf(counts.five, answered.length),
    shareOf(counts.contained, answered.length),
    shareOf(counts.silent, answered.length),
    shareOf(counts.silentForeign, foreign.length),
  ];
}
