import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Question } from './questions.ts';

/** People who have to ask about a topic before it counts as a gap. */
export const MIN_ASKERS = 3;

/** How alike two questions have to be: by words and meaning, less where both name or edit the same error or file. */
const ALIKE = 0.5;
const ALIKE_WITH_MARK = 0.15;
const TOPIC_WORDS = 4;
/** Questions of a topic that another is compared with, the newest. */
const MAX_COMPARED = 12;
/** How long questions are compared before other work gets its turn. */
const TURN_MS = 20;

export interface Gap {
  topic: string;
  /** The error or file that most of its questions name; null for none. */
  shared: string | null;
  members: { question: Question; closeness: number }[];
}

/**
 * Topics that several people asked about. Each question joins the cluster whose questions are most like it on average, so
 * that chains of questions that are only each like the next do not become one topic.
 */
export async function gapsOf(questions: readonly Question[], minAskers = MIN_ASKERS): Promise<Gap[]> {
  const rarity = rarityOf(questions);
  const clusters: Question[][] = [];
  let turn = performance.now();
  for (const question of questions) {
    if (performance.now() - turn > TURN_MS) {
      await nextTurn();
      turn = performance.now();
    }
    let best: { cluster: Question[]; margin: number } | null = null;
    for (const cluster of clusters) {
      const margin = meanMargin(question, cluster, rarity);
      if (margin >= 0 && (best === null || margin > best.margin)) best = { cluster, margin };
    }
    if (best) best.cluster.push(question);
    else clusters.push([question]);
  }
  return clusters
    .filter((cluster) => new Set(cluster.map(({ owner }) => owner)).size >= minAskers)
    .map((cluster) => gapOf(cluster, rarity));
}

/** By how much a question is more like a cluster than it has to be. */
function meanMargin(question: Question, cluster: readonly Question[], rarity: Rarity): number {
  const margins = cluster.slice(-MAX_COMPARED).map((other) => {
    const hasMark = [...question.marks].some((mark) => other.marks.has(mark));
    const hasWord = hasMark || [...question.words.keys()].some((word) => other.words.has(word));
    // Meaning alone is never enough, so that most pairs need no comparison of vectors.
    if (!hasWord) return -ALIKE;
    return likeness(question, other, rarity) - (hasMark ? ALIKE_WITH_MARK : ALIKE);
  });
  return margins.reduce((sum, margin) => sum + margin, 0) / margins.length;
}

type Rarity = ReadonlyMap<string, number>;

/** How much a word tells: its inverse frequency. */
function rarityOf(questions: readonly Question[]): Rarity {
  const counts = new Map<string, number>();
  for (const { words } of questions)
    for (const word of words.keys()) counts.set(word, (counts.get(word) ?? 0) + 1);
  return new Map([...counts].map(([word, count]) => [word, Math.log(1 + questions.length / count)]));
}

/** From 0 to 1: the rare words that both have, and how near their meanings are. */
function likeness(a: Question, b: Question, rarity: Rarity): number {
  const byWords = weightOf(
    [...a.words.keys()].filter((word) => b.words.has(word)),
    rarity,
  );
  const all = Math.sqrt(weightOf(a.words.keys(), rarity) * weightOf(b.words.keys(), rarity));
  const words = all === 0 ? 0 : byWords / all;
  if (a.vector === null || b.vector === null) return words;
  return (words + Math.max(0, cosine(a.vector, b.vector))) / 2;
}

function weightOf(words: Iterable<string>, rarity: Rarity): number {
  let sum = 0;
  for (const word of words) sum += (rarity.get(word) ?? 0) ** 2;
  return sum;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let n = 0; n < a.length; n++) {
    const [x, y] = [a[n] as number, b[n] as number];
    dot += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA === 0 || ofB === 0 ? 0 : dot / Math.sqrt(ofA * ofB);
}

function gapOf(cluster: readonly Question[], rarity: Rarity): Gap {
  const words = ranked(cluster.map(({ words: own }) => new Set(own.keys())));
  const topic = words
    .filter(([, count]) => count * 2 >= cluster.length || count >= MIN_ASKERS)
    .map(([word, count]) => ({ word, weight: count * (rarity.get(word) ?? 0) }))
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, TOPIC_WORDS)
    .map(({ word }) => spellingOf(word, cluster));
  const [mark] = ranked(cluster.map(({ marks }) => marks));
  const shared = mark && mark[1] * 2 >= cluster.length ? mark[0] : null;
  const members = cluster.map((question) => ({
    question,
    closeness: closenessTo(question, cluster, rarity),
  }));
  return {
    topic: topic.join(', ') || shared || 'Questions that are alike',
    shared,
    members: members.toSorted((a, b) => b.closeness - a.closeness),
  };
}

/** The shortest way in which a word is written. */
function spellingOf(word: string, cluster: readonly Question[]): string {
  const written = cluster.flatMap(({ words }) => words.get(word) ?? []);
  return written.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))[0] ?? word;
}

function closenessTo(question: Question, cluster: readonly Question[], rarity: Rarity): number {
  const others = cluster.filter((other) => other !== question).slice(-MAX_COMPARED);
  const sum = others.reduce((total, other) => total + likeness(question, other, rarity), 0);
  return others.length === 0 ? 1 : sum / others.length;
}

/** What occurs in most of the sets, with in how many. */
function ranked(sets: readonly ReadonlySet<string>[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const set of sets) for (const one of set) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
