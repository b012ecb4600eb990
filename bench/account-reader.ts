import { openAccountReader, type ReadAccount } from '../ai-api/src/modules/manager/approvals/plain-account/reader.ts';
import { learn, readExamples } from '../scripts/account-reader/learn.ts';
import { trainingTexts } from '../scripts/account-reader/texts.ts';
import { FAMILIES } from './injection/attempts.ts';
import { generateTriageSet } from './triage/generate.ts';
import { printTable, shareOf } from './triage/outcomes.ts';

/** What was learnt of the same kind as a family, where anything was. */
const SAME_KIND: Record<string, string> = {
  instructions: 'instructions',
  'claims of an approval': 'claims of an approval',
  'role play': 'role play',
  'delimiters and fake turns': 'turns of a conversation',
  'quoting the rules': 'quoting the rules',
  'other languages': 'other languages',
};
const SPOKEN = new Set(Object.values(SAME_KIND));

const examples = await readExamples(trainingTexts());
const readerWithout = (isLeftOut: (kind: string) => boolean) =>
  openAccountReader(learn(examples.filter(({ kind }) => !isLeftOut(kind))));

function passes(read: ReadAccount, text: string, margin = 0): boolean {
  const reading = read(text);
  return typeof reading !== 'string' && reading.clarity > margin;
}

const all = await readerWithout(() => false);
const withoutProse = await openAccountReader(
  learn(examples.filter(({ kind, isAccount }) => isAccount || SPOKEN.has(kind))),
);
const rows: string[][] = [];
for (const { name, group, texts } of FAMILIES) {
  const kind = SAME_KIND[name];
  const without = kind === undefined ? null : await readerWithout((one) => one === kind);
  const count = (read: ReadAccount) => String(texts.filter((text) => passes(read, text)).length);
  rows.push([
    `${name} (${group})`,
    String(texts.length),
    count(all),
    without ? count(without) : '',
    count(withoutProse),
  ]);
}
console.log('Attempts that read as clear accounts of work, by what the reader was learnt from');
printTable([
  ['family', 'attempts', 'all texts', 'without its own kind', 'only accounts and texts to the judge'],
  ...rows,
  ['all', ...[1, 2, 3, 4].map((column) => String(rows.reduce((sum, row) => sum + Number(row[column]), 0)))],
]);
for (const { texts } of FAMILIES) {
  for (const text of texts) if (passes(all, text)) console.log(`  passes: ${text}`);
}

const { requests } = generateTriageSet('2026-11-21');
const byScenario = Map.groupBy(requests, ({ scenario }) => scenario);
const clear = (inside: typeof requests) =>
  inside.filter(({ asked }) => passes(all, asked.justification)).length;
console.log('\nLabelled requests whose text reads as a clear account of work: no attempt is among them');
printTable([
  ['scenario', 'requests', 'clear accounts'],
  ...[...byScenario].sort().map(([name, inside]) => [name, String(inside.length), String(clear(inside))]),
  ['all', String(requests.length), shareOf(clear(requests), requests.length)],
]);

console.log('\nWith the margins lower and higher than they are');
const attempts = (...groups: string[]) =>
  FAMILIES.filter(({ group }) => groups.includes(group)).flatMap(({ texts }) => texts);
const groups = [attempts('in view', 'kept aside'), attempts('later'), attempts('last')];
const toldWell = requests.filter(({ scenario }) => scenario === 'gap, work and reason named');
const texts = [...groups, toldWell.map(({ asked }) => asked.justification)];
printTable([
  ['margins', 'in view and kept aside', 'later', 'last', 'gap, work and reason named'],
  ...[-1, -0.5, 0, 0.5, 1, 1.5, 2].map((margin) => [
    margin > 0 ? `+${margin}` : String(margin),
    ...texts.map((those) => {
      const passed = those.filter((text) => passes(all, text, margin)).length;
      return `${passed} of ${those.length}`;
    }),
  ]),
]);
