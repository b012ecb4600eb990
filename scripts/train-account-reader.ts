import { writeFile } from 'node:fs/promises';
import { openAccountReader } from '../ai-api/src/modules/manager/approvals/plain-account/reader.ts';
import { createRandom } from '../examples/company/random.ts';
import { type Learnable, learn, readExamples } from './account-reader/learn.ts';
import { SEED, trainingTexts } from './account-reader/texts.ts';

/**
 * Learns what an account of work reads like and writes the weights:
 *
 *     node scripts/train-account-reader.ts
 *
 * Prints a cross-validation in five parts first. Texts of one line of a file are in the same part, so that every text
 * is read by weights that have not seen its line.
 */
const TARGET = new URL(
  '../ai-api/src/modules/manager/approvals/plain-account/weights.generated.json',
  import.meta.url,
);
const PARTS = 5;

const examples = await readExamples(trainingTexts());
const partOf = ({ line }: Learnable) => createRandom(SEED, 'part', line).int(0, PARTS - 1);
const counts = { accounts: [0, 0], spoken: [0, 0], hidden: [0, 0] };
const count = (of: [number, number] | number[], passes: boolean) => {
  of[0] = (of[0] as number) + Number(passes);
  of[1] = (of[1] as number) + 1;
};
for (let part = 0; part < PARTS; part++) {
  const read = await openAccountReader(learn(examples.filter((example) => partOf(example) !== part)));
  const passes = (text: string) => {
    const reading = read(text);
    return typeof reading !== 'string' && reading.clarity > 0;
  };
  const aside = examples.filter((example) => partOf(example) === part);
  const accounts = aside.filter(({ isAccount }) => isAccount);
  for (const { text } of accounts) count(counts.accounts, passes(text));
  for (const { text, isAccount } of aside) {
    if (isAccount) continue;
    count(counts.spoken, passes(text));
    const random = createRandom(SEED, 'mixed', text);
    const joiner = random.pick([', ', ' and ', ' because ', '. ']);
    count(counts.hidden, passes(`${random.pick(accounts).text}${joiner}${text}`));
  }
}
for (const [name, [passed = 0, all = 0]] of Object.entries(counts)) {
  console.log(`${name}: ${passed} of ${all} read as clear accounts (${((100 * passed) / all).toFixed(1)} %)`);
}
await writeFile(TARGET, `${JSON.stringify(learn(examples))}\n`);
