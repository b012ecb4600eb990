import { parseArgs } from 'node:util';
import { createLangfuseClient, LangfuseError } from './client.ts';
import { readDefinitions } from './definitions.ts';
import { planSync } from './sync.ts';

const USAGE = 'Usage: npm run langfuse -- sync [--dry-run]';

/** Brings Langfuse to what the files say and prints every step. Answers the exit code. */
async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false } },
  });
  if (positionals.length !== 1 || positionals[0] !== 'sync') {
    console.error(USAGE);
    return 2;
  }
  const { LANGFUSE_BASE_URL: baseUrl, LANGFUSE_PUBLIC_KEY: publicKey, LANGFUSE_SECRET_KEY: secretKey } = env;
  if (!baseUrl || !publicKey || !secretKey) {
    console.error('Set LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY.');
    return 2;
  }
  const client = createLangfuseClient({
    baseUrl,
    publicKey,
    secretKey,
    fetchTimeoutMs: 10_000,
    maxRetries: 2,
  });
  const changes = await planSync(client, await readDefinitions());
  for (const { what, action, detail, apply } of changes) {
    if (action === 'unchanged') continue;
    console.log(`${action} ${what}${detail === null ? '' : `: ${detail}`}`);
    if (apply && !values['dry-run']) await apply();
  }
  const count = (wanted: string) => changes.filter(({ action }) => action === wanted).length;
  const did = values['dry-run'] ? 'would be ' : '';
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
