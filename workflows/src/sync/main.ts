import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keySession } from '../session.ts';
import { diffWorkflows, pullWorkflows, pushWorkflows } from './sync.ts';

const HELP = `Keeps the workflow files and a running n8n together, through n8n's public API.

  N8N_API_KEY=... npm run workflows -- diff --url https://n8n.example.com
  N8N_API_KEY=... npm run workflows -- pull --url https://n8n.example.com
  N8N_API_KEY=... npm run workflows -- push --url https://n8n.example.com

  diff  shows where n8n differs from the files; ends with 1 when it does
  pull  writes what was edited in n8n over the files
  push  brings n8n to what the files say, over what was edited there

The key is made in n8n: Settings > n8n API.`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  const [action] = positionals;
  if (values.help || action === undefined) return console.log(HELP);
  const apiKey = process.env.N8N_API_KEY;
  if (!values.url || !apiKey) {
    throw new Error('--url and the environment variable N8N_API_KEY are needed; see --help.');
  }
  const session = keySession(values.url, apiKey);
  const directory = join(import.meta.dirname, '../..');
  if (action === 'diff') return printDrift(await diffWorkflows(session, directory));
  if (action === 'pull') return printDone('pulled', await pullWorkflows(session, directory));
  if (action === 'push') {
    const done = await pushWorkflows(session, directory);
    return printDone(
      'pushed',
      done.map(({ name, change }) => `${name} (${change})`),
    );
  }
  throw new Error(`There is no "${action}": choose push, pull or diff.`);
}

function printDrift(drifts: Awaited<ReturnType<typeof diffWorkflows>>): void {
  const drifted = drifts.filter(({ missing, differences }) => missing || differences.length > 0);
  for (const { name, missing, differences } of drifted) {
    console.log(missing ? `${name}: not in n8n` : `${name}:`);
    for (const { place, file, n8n } of differences) {
      console.log(`  ${place}\n    - ${brief(file)}\n    + ${brief(n8n)}`);
    }
  }
  if (drifted.length === 0) console.log('n8n has what the files say.');
  else process.exitCode = 1;
}

function printDone(what: string, names: string[]): void {
  if (names.length === 0) console.log('Nothing differs.');
  for (const name of names) console.log(`${what}: ${name}`);
}

function brief(value: unknown): string {
  if (value === undefined) return '(nothing)';
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
