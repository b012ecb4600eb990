#!/usr/bin/env node
import type { JsonWebKey } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { NotVerified, type Receipt, verifyReceipt, verifyTrail } from './receipt.ts';

const USAGE = 'ai-manager-verify receipt.txt --keys jwks.json [--trail entries.jsonl]';

/** @returns the exit code: 0 when everything holds, 1 when something does not, 2 when it could not look */
async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { keys: { type: 'string' }, trail: { type: 'string' } },
  });
  const [file] = positionals;
  if (file === undefined || values.keys === undefined) {
    console.error(USAGE);
    return 2;
  }
  const { keys } = JSON.parse(readFileSync(values.keys, 'utf8')) as { keys: JsonWebKey[] };
  const receipt = verifyReceipt(readFileSync(file, 'utf8'), keys);
  show(receipt);
  const { trail } = receipt.payload;
  if (values.trail === undefined || trail === null) {
    console.log('The audit trail was not checked.');
    return 0;
  }
  const checked = await verifyTrail(trail, createInterface({ input: createReadStream(values.trail) }));
  console.log(`Audit trail: ${checked} entries fit, up to the one that the receipt names (${trail.seq}).`);
  return 0;
}

function show({ payload, disclosed, hidden, kid }: Receipt): void {
  const { _sd, _sd_alg, ...open } = payload;
  console.log(`Signature: valid, by the key ${kid}`);
  for (const [name, value] of [...Object.entries(open), ...Object.entries(disclosed)])
    console.log(`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  if (hidden > 0) console.log(`Not disclosed: ${hidden} values.`);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isRefusal = error instanceof NotVerified;
    console.error(`${isRefusal ? 'NOT VALID' : 'Could not look'}: ${(error as Error).message}`);
    process.exitCode = isRefusal ? 1 : 2;
  },
);
