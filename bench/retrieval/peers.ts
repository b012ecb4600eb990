import { PGlite } from '@electric-sql/pglite';
import { readMarkdown } from '../../ai-api/src/modules/manager/knowledge/extract/markdown.ts';
import { passagesOf } from '../../ai-api/src/modules/manager/knowledge/passages.ts';
import type { SourceDocument } from './corpus.ts';

/** A passage that a search found. */
export interface FoundText {
  document: string;
  text: string;
}

/** Another search over the same passages. */
export interface Peer {
  name: string;
  /** The best passages, best first; none when no word of the question is in any. */
  search(question: string, limit: number): Promise<FoundText[]>;
  close(): Promise<void>;
}

/** The passages of documents as the platform cuts them. */
export function passagesIn(documents: readonly SourceDocument[]): FoundText[] {
  return documents.flatMap(({ name, body }) =>
    passagesOf(readMarkdown(body).blocks).map(({ text }) => ({ document: name, text })),
  );
}

const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

const K1 = 1.2;
const B = 0.75;

/**
 * Okapi BM25 over lower case words, without stemming.
 * @see Robertson & Zaragoza (2009), The Probabilistic Relevance Framework: BM25 and Beyond
 */
export function startBm25(passages: readonly FoundText[]): Peer {
  const lengths = passages.map(({ text }) => wordsOf(text).length);
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const places = new Map<string, Map<number, number>>();
  for (const [index, { text }] of passages.entries()) {
    for (const word of wordsOf(text)) {
      const counts = places.get(word) ?? new Map<number, number>();
      places.set(word, counts.set(index, (counts.get(index) ?? 0) + 1));
    }
  }
  const search = async (question: string, limit: number) => {
    const scores = new Map<number, number>();
    for (const word of new Set(wordsOf(question))) {
      const counts = places.get(word) ?? new Map<number, number>();
      const rarity = Math.log(1 + (passages.length - counts.size + 0.5) / (counts.size + 0.5));
      for (const [index, count] of counts) {
        const length = 1 - B + (B * (lengths[index] as number)) / meanLength;
        const gain = (rarity * count * (K1 + 1)) / (count + K1 * length);
        scores.set(index, (scores.get(index) ?? 0) + gain);
      }
    }
    return [...scores]
      .toSorted(([, one], [, two]) => two - one)
      .slice(0, limit)
      .map(([index]) => passages[index] as FoundText);
  };
  return { name: 'BM25', search, close: async () => {} };
}

/** PostgreSQL's full text search in English: passages with any word of the question, by `ts_rank_cd`. */
export async function startFullText(passages: readonly FoundText[]): Promise<Peer> {
  const database = await PGlite.create();
  await database.exec('create table passages (document text, text text, words tsvector)');
  await database.query(
    "insert into passages select document, text, to_tsvector('english', text) from json_to_recordset($1) as given(document text, text text)",
    [JSON.stringify(passages)],
  );
  await database.exec('create index on passages using gin (words)');
  const search = async (question: string, limit: number) => {
    const { rows } = await database.query<FoundText>(
      `with asked as (select replace(plainto_tsquery('english', $1)::text, '&', '|')::tsquery as query)
       select document, text from passages, asked where words @@ query
       order by ts_rank_cd(words, query, 1) desc limit $2`,
      [question, limit],
    );
    return rows;
  };
  return { name: 'PostgreSQL full text', search, close: () => database.close() };
}
