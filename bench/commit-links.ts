import {
  compileRules,
  defaultRules,
  type Facts,
  judge,
  type Rulebook,
} from '../ai-api/src/judgement/index.ts';
import { commitLinkKind } from '../ai-api/src/modules/context/links/kind.ts';
import { pick } from '../ai-api/src/modules/context/links/pick.ts';
import { signalsOf } from '../ai-api/src/modules/context/links/signals.ts';
import { type LinkSet, setsOf } from './links/sets.ts';
import { printTable } from './triage/outcomes.ts';

interface Pair {
  key: string;
  sha: string;
  facts: Facts;
  score: number;
  /** Null when it is not linked. */
  level: 'certain' | 'probable' | null;
}

/** What one signal says alone: the larger the more, and linked above zero. */
type Signal = readonly [name: string, value: (facts: Facts) => number];

const number = (facts: Facts, group: string, name: string) => Number(facts[group]?.[name] ?? 0);
const inWindow = (facts: Facts) => (facts.time?.inWindow === true ? 1 : 0);
const closeness = (facts: Facts) => inWindow(facts) / (1 + number(facts, 'time', 'hoursAway'));
const written = (facts: Facts) =>
  Math.max(number(facts, 'text', 'written') - 49, number(facts, 'text', 'replaced') - 49, 0);

const SIGNALS: readonly Signal[] = [
  ['time: in the window', closeness],
  ['files: any in common', (facts) => number(facts, 'files', 'share')],
  ['files: all edited', (facts) => Number(number(facts, 'files', 'share') >= 100)],
  ['window and any file', (facts) => closeness(facts) * number(facts, 'files', 'share')],
  ['text: half written or replaced', written],
  ['words: 60 % of the subject', (facts) => Math.max(0, number(facts, 'meaning', 'share') - 59)],
];

/**
 * Precision and recall of links on histories of aider whose truth lines were taken away. `BENCH_HISTORIES` names a
 * folder of sets, each a `<name>.aider.chat.history.md` beside a `<name>.commits.json` (sha, authoredAt, message, files,
 * and where known committedAt, authorEmail, parents and patches by path).
 */
async function main(folder: string): Promise<void> {
  const rulebook = await defaultRulebook();
  const rows: string[][] = [];
  const all: { pairs: Pair[]; truth: Set<string> }[] = [];
  for (const set of setsOf(folder)) {
    const pairs = await pairsOf(set, rulebook);
    all.push({ pairs, truth: set.truth });
    const name = `${set.name} (${set.conversations.length} sessions, ${set.commits.length} commits)`;
    rows.push([
      name,
      `${set.truth.size} (${set.replacements})`,
      ...figures([{ pairs, truth: set.truth }], fused),
    ]);
  }
  const head = ['true pairs (rewritten)', 'linked', 'precision', 'recall', 'recall@1', 'MCC'];
  printTable([['set, fused', ...head], ...rows]);
  console.log('');
  const truths = all.reduce((sum, { truth }) => sum + truth.size, 0);
  printTable([
    ['signal, all sets', ...head],
    ...SIGNALS.map(([name, value]) => [
      name,
      String(truths),
      ...figures(all, (pair) => ({ rank: value(pair.facts), isLinked: value(pair.facts) > 0 })),
    ]),
    ['fused', String(truths), ...figures(all, fused)],
  ]);
  console.log('');
  printTable([
    ['level, all sets', ...head],
    ...(['certain', 'probable'] as const).map((level) => [
      level,
      String(truths),
      ...figures(all, (pair) => ({
        rank: pair.level === level ? pair.score : 0,
        isLinked: pair.level === level,
      })),
    ]),
  ]);
}

const fused = ({ score, level }: Pair) => ({ rank: score, isLinked: level !== null });

async function defaultRulebook(): Promise<Rulebook> {
  const rules = await defaultRules(commitLinkKind);
  const { thresholds } = commitLinkKind;
  return {
    kind: commitLinkKind,
    rules: compileRules(
      commitLinkKind,
      rules.map((rule) => ({ ...rule, version: 1 })),
    ),
    model: null,
    promptFor: null,
    ...(thresholds ? { thresholds: { ...thresholds, version: 0 } } : {}),
  };
}

async function pairsOf({ commits, conversations }: LinkSet, rulebook: Rulebook): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const commit of commits) {
    const judged = [];
    for (const { id, conversation } of conversations) {
      const key = `${id}:${commit.sha}`;
      const { facts } = signalsOf(conversation, commit, 'none');
      judged.push({ key, facts, judged: await judge(rulebook, key, facts) });
    }
    const linked = new Set(pick(judged, false).map(({ key }) => key));
    const own = judged.map((pair): Pair => {
      const level = pair.judged.outcome === null ? 'probable' : 'certain';
      return {
        key: pair.key,
        sha: commit.sha,
        facts: pair.facts,
        score: pair.judged.score ?? 0,
        level: linked.has(pair.key) ? level : null,
      };
    });
    pairs.push(...own);
  }
  return pairs;
}

/** Linked, precision, recall, recall@1 and MCC of what a signal says. */
function figures(
  sets: readonly { pairs: readonly Pair[]; truth: ReadonlySet<string> }[],
  say: (pair: Pair) => { rank: number; isLinked: boolean },
): string[] {
  let [linked, hits, total, truths, known, first] = [0, 0, 0, 0, 0, 0];
  for (const { pairs, truth } of sets) {
    const told = pairs.filter((pair) => say(pair).isLinked);
    linked += told.length;
    hits += told.filter(({ key }) => truth.has(key)).length;
    total += pairs.length;
    truths += truth.size;
    for (const own of Map.groupBy(pairs, ({ sha }) => sha).values()) {
      if (!own.some(({ key }) => truth.has(key))) continue;
      known += 1;
      const [best] = own.toSorted((a, b) => say(b).rank - say(a).rank);
      if (best && say(best).rank > 0 && truth.has(best.key)) first += 1;
    }
  }
  const [fp, fn] = [linked - hits, truths - hits];
  const tn = total - linked - fn;
  const spread = Math.sqrt((hits + fp) * (hits + fn) * (tn + fp) * (tn + fn));
  const mcc = spread === 0 ? 0 : (hits * tn - fp * fn) / spread;
  const share = (part: number, whole: number) => (whole === 0 ? 'none' : (part / whole).toFixed(2));
  return [String(linked), share(hits, linked), share(hits, truths), share(first, known), mcc.toFixed(2)];
}

const folder = process.env.BENCH_HISTORIES;
if (folder) await main(folder);
else
  console.log(
    'Set BENCH_HISTORIES to a folder with histories of aider and their commits. Nothing was measured.',
  );
