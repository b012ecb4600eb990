import { parseArgs } from 'node:util';
import { createLangfuseClient, type LangfuseClient, LangfuseError } from './client.ts';
import { readDefinitions } from './definitions.ts';
import { planSync } from './sync.ts';
import { type Verified, verify } from './verify.ts';

const USAGE = `Usage: npm run langfuse -- sync [--dry-run]
       npm run langfuse -- verify

  sync    bring Langfuse to what the files say
  verify  do with a Langfuse all that the product does, and name what fails; use a project for trials, because what it
          makes stays there`;

/** For what was stored to be readable. */
const PATIENCE_MS = 60_000;
const COMMANDS = ['sync', 'verify'];

/** Reads the command line and the keys. Answers the exit code. */
async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false } },
  });
  const [command = ''] = positionals;
  if (positionals.length !== 1 || !COMMANDS.includes(command)) {
    console.error(USAGE);
    return 2;
  }
  const { LANGFUSE_BASE_URL: baseUrl, LANGFUSE_PUBLIC_KEY: publicKey, LANGFUSE_SECRET_KEY: secretKey } = env;
  if (!baseUrl || !publicKey || !secretKey) {
    console.error('Set LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY.');
    return 2;
  }
  const server = { baseUrl, publicKey, secretKey, fetchTimeoutMs: 10_000, maxRetries: 2 };
  const client = createLangfuseClient(server);
  if (command === 'verify') return report(await verify({ client, server, patienceMs: PATIENCE_MS }));
  return await sync(client, values['dry-run']);
}

/** One line for each thing that was verified. Answers the exit code. */
function report(verified: readonly Verified[]): number {
  for (const { what, failure } of verified)
    console.log(failure === null ? `ok      ${what}` : `FAILED  ${what}: ${failure}`);
  const failed = verified.filter(({ failure }) => failure !== null).length;
  console.log(`${verified.length} verified, ${failed} failed.`);
  return failed === 0 ? 0 : 1;
}

/** Brings Langfuse to what the files say and prints every step. */
async function sync(client: LangfuseClient, isDryRun: boolean): Promise<number> {
  const changes = await planSync(client, await readDefinitions());
  for (const { what, action, detail, apply } of changes) {
    if (action === 'unchanged') continue;
    console.log(`${action} ${what}${detail === null ? '' : `: ${detail}`}`);
    if (apply && !isDryRun) await apply();
  }
  const count = (wanted: string) => changes.filter(({ action }) => action === wanted).length;
  const did = isDryRun ? 'would be ' : '';
  console.log(
    `${count('create')} ${did}created, ${count('update')} ${did}updated, ${count('unchanged')} unchanged` +
      `${count('differs') > 0 ? `, ${count('differs')} need manual changes` : ''}.`,
  );
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2), process.env);
} catch (error) {
  const isKnown =
    error instanceof LangfuseError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  if (!isKnown) throw error;
  console.error((error as Error).message);
  // Not by itself: after a connection that failed the SDK's time limit runs on.
  process.exit(1);
}
