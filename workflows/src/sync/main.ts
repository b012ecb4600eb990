import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keySession, type N8nSession } from '../session.ts';
import {
  type Drift,
  diffWorkflows,
  pullNewWorkflows,
  pullWorkflows,
  pushWorkflows,
  type UnfiledWorkflow,
  unfiledWorkflows,
} from './sync.ts';

const HELP = `Syncs the workflow files with a running n8n through its public API.

  N8N_API_KEY=... npm run workflows -- diff --url https://n8n.example.com
  N8N_API_KEY=... npm run workflows -- pull --url https://n8n.example.com [--new]
  N8N_API_KEY=... npm run workflows -- push --url https://n8n.example.com

  diff  show differences between n8n and the files; exits with 1 if there are any
        and names workflows that are in n8n only
  pull  overwrite the files with the workflows in n8n; with --new, also write
        a file for each workflow that is in n8n only
  push  overwrite the workflows in n8n with the files

Create the API key in n8n: Settings > n8n API.`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      new: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [action] = positionals;
  if (values.help || action === undefined) return console.log(HELP);
  const apiKey = process.env.N8N_API_KEY;
  if (!values.url || !apiKey) {
    throw new Error('--url and the environment variable N8N_API_KEY are required; see --help.');
  }
  const session = keySession(values.url, apiKey);
  const directory = join(import.meta.dirname, '../..');
  if (action === 'diff')
    return printDrift(await diffWorkflows(session, directory), await unfiledWorkflows(session, directory));
  if (action === 'pull') return await pull(session, directory, values.new);
  if (action === 'push') {
    const done = await pushWorkflows(session, directory);
    return printDone(
      'pushed',
      done.map(({ name, change }) => `${name} (${change})`),
    );
  }
  throw new Error(`Unknown action "${action}": use push, pull or diff.`);
}

async function pull(session: N8nSession, directory: string, withNew: boolean): Promise<void> {
  const pulled = await pullWorkflows(session, directory);
  const files = withNew ? await pullNewWorkflows(session, directory) : [];
  printDone('pulled', [...pulled, ...files]);
  for (const workflow of withNew ? [] : await unfiledWorkflows(session, directory)) printUnfiled(workflow);
}

function printUnfiled({ name, reportsErrors }: UnfiledWorkflow): void {
  console.log(`${name}: in n8n only; "pull --new" writes it to a file`);
  if (!reportsErrors)
    console.log('  its failures reach no one: choose "Report errors" as its error workflow in its settings');
}

function printDrift(drifts: Drift[], unfiled: UnfiledWorkflow[]): void {
  const drifted = drifts.filter(({ missing, differences }) => missing || differences.length > 0);
  for (const { name, missing, differences } of drifted) {
    console.log(missing ? `${name}: not in n8n` : `${name}:`);
    for (const { place, file, n8n } of differences) {
      console.log(`  ${place}\n    - ${brief(file)}\n    + ${brief(n8n)}`);
    }
  }
  for (const workflow of unfiled) printUnfiled(workflow);
  if (drifted.length + unfiled.length === 0) console.log('n8n matches the files.');
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
