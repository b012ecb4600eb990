import { compileRules } from '../ai-api/src/modules/ai/validation/compile.ts';
import { type Rule, rule } from '../ai-api/src/modules/ai/validation/rule/schema.ts';
import { report } from './report.ts';
import { median, spreadOf } from './statistics.ts';

const WORDS = 2_000;
const BLOCKS = 10;
const TURNS = 20;

const VOCABULARY =
  'thank you for the message which we read with care and answer as soon as the team has looked at it again'.split(
    ' ',
  );

/** A text of so many words in sentences of about ten. */
const text = Array.from({ length: WORDS }, (_, index) => {
  const word = VOCABULARY[(index * 7) % VOCABULARY.length] as string;
  return index % 10 === 9 ? `${word}.` : word;
}).join(' ');

/** A rule set as companies have them: words, personal data, length, structure, a pattern, a condition. */
const RULES: readonly Rule[] = [
  { type: 'forbids', values: ['guarantee', 'lawsuit', 'refund'] },
  { type: 'contains', values: ['thank'] },
  { type: 'pii' },
  { type: 'regex', pattern: '\\b(INV|ORD)-[0-9]{4,}\\b', not: true },
  { type: 'length', unit: 'words', max: 5_000 },
  { type: 'length', unit: 'sentences', min: 2 },
  { type: 'language', languages: ['en'] },
  { type: 'no-comma' },
  { type: 'bullets', max: 20 },
  { type: 'cel', that: 'text.contains("thank")' },
].map((given, index) => rule.parse({ id: `r${index}`, ...given }));

const PEER = /\b(guarantee|lawsuit|refund)\b/gi;

function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

const rules = compileRules(RULES);
const subject = { text, request: null, data: {} };
const judge = () => rules.run(subject);
const pass = () => [...text.matchAll(PEER)].length;
for (let turn = 0; turn < TURNS; turn++) {
  judge();
  pass();
}

const blocks = Array.from({ length: BLOCKS }, () => {
  const own: number[] = [];
  const bare: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    own.push(timed(judge));
    bare.push(timed(pass));
  }
  return { own: median(own), bare: median(bare) };
});
const own = median(blocks.map((block) => block.own));
const bare = median(blocks.map((block) => block.bare));

report(`Validation of a text of ${WORDS} words`, [
  {
    figure: `${RULES.length} rules`,
    measured: `${own.toFixed(2)} ms`,
    peer: `one pass of a bare regular expression: ${bare.toFixed(3)} ms`,
    ratio: spreadOf(blocks.map((block) => block.own / block.bare)),
  },
]);
