import { groundedSentence } from '../ai-api/src/modules/manager/knowledge/grounding/index.ts';
import { PAIRS, type Pair } from './grounding/pairs.ts';
import { printTable, shareOf } from './triage/outcomes.ts';

/** What becomes of a model's sentence. */
function fateOf({ passage, quote, sentence }: Pair): 'told' | 'verbatim' | 'left out' {
  const grounded = groundedSentence({ sentence, passage: 1, quote }, [
    { title: '', heading: [], text: passage },
  ]);
  if (!grounded) return 'left out';
  return grounded.verbatim ? 'verbatim' : 'told';
}

const fates = PAIRS.map((pair) => ({ ...pair, fate: fateOf(pair) }));

function row(title: string, pairs: typeof fates): string[] {
  const count = (fate: string) => pairs.filter((pair) => pair.fate === fate).length;
  return [
    title,
    String(pairs.length),
    shareOf(count('told'), pairs.length),
    String(count('verbatim')),
    String(count('left out')),
  ];
}

console.log(
  `\nSentences with a genuine quote: ${PAIRS.length} about ${new Set(PAIRS.map(({ passage }) => passage)).size} passages`,
);
const rows = [['sentences', '', 'told as written', 'document’s own words instead', 'left out']];
for (const written of ['in view', 'kept aside', 'to break them'] as const) {
  const own = fates.filter((pair) => pair.written === written);
  for (const isFaithful of [true, false]) {
    const pairs = own.filter(({ fault }) => (fault === null) === isFaithful);
    if (pairs.length > 0) rows.push(row(`${isFaithful ? 'faithful' : 'false'}, ${written}`, pairs));
  }
}
const faults = Map.groupBy(
  fates.filter(({ fault }) => fault !== null),
  ({ fault }) => fault,
);
for (const [fault, pairs] of [...faults].toSorted()) rows.push(row(`  ${fault}`, pairs));
printTable(rows);
for (const { sentence, passage } of fates.filter(({ fault, fate }) => fault !== null && fate === 'told'))
  console.log(`Told although false: ${sentence} (${passage})`);
