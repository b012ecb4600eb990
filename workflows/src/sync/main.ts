import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keySession } from '../session.ts';
import { diffWorkflows, pullWorkflows, pushWorkflows } from './sync.ts';

const HELP = `Syncs the workflow files with a running n8n through its public API.

  N8N_API_KEY=... npm run workflows -- diff --url https://n8n.example.com
  N8N_API_KEY=... npm run workflows -- pull --url https://n8n.example.com
  N8N_API_KEY=... npm run workflows -- push --url https://n8n.example.com

  diff  show differences between n8n and the files; exits with 1 if there are any
  pull  overwrite the files with the workflows in n8n
  push  overwrite the workflows in n8n with the files

Create the API key in n8n: Settings > n8n API.`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  const [action] = positionals;
  if (values.help || action === undefined) return console.log(HELP);
  const apiKey = process.env.N8N_API_KEY;
  if (!values.url || !apiKey) {
    throw new Error('--url and the environment variable N8N_API_KEY are required; see --help.');
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
  throw new Error(`Unknown action "${action}": use push, pull or diff.`);
}

function printDrift(drifts: Awaited<ReturnType<typeof diffWorkflows>>): void {
  const drifted = drifts.filter(({ missing, differences }) => missing || differences.length > 0);
  for (const { name, missing, differences } of drifted) {
    console.log(missing ? `${name}: not in n8n` : `${name}:`);
    for (const { place, file, n8n } of differences) {
      console.log(`  ${place}\n    - ${brief(file)}\n    + ${brief(n8n)}`);
    }
  }
  if (drifted.length === 0) console.log('n8n matches the files.');
  else process.exitCode = 1;
}

function printDone(what: string, names: string[]): void {
  if (names.length === 0) console.log('Nothing to do.');
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
