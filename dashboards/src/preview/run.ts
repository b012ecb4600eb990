import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildMarketplace } from '../../../tooljet-plugins/build.ts';
import { readExports } from '../files.ts';
import { startPreview } from './server.ts';

type Env = Record<string, string | undefined>;

const PORT = 8100;

/**
 * Serves the preview until it is interrupted. Reads `AI_MANAGER_URL`, `AI_MANAGER_API_KEY` (by default the key of
 * `npm start`), `AI_MANAGER_ACT_AS`, `TOOLJET_USER_ID`, `N8N_URL`, `N8N_API_KEY` and `PREVIEW_PORT`.
 * @throws Error without a key, or when the port is taken
 */
export async function runPreview(env: Env): Promise<number> {
  const port = Number(env.PREVIEW_PORT ?? PORT);
  const preview = await startPreview({
    marketplace: await buildMarketplace(),
    apps: await readExports(),
    userId: env.TOOLJET_USER_ID ?? 'preview',
    port,
    sources: {
      'ai-manager': {
        base_url: env.AI_MANAGER_URL ?? 'http://127.0.0.1:8000',
        api_key: env.AI_MANAGER_API_KEY ?? (await keyOfStart(env)),
        act_as: env.AI_MANAGER_ACT_AS === 'true',
      },
      'ai-manager-n8n': { base_url: env.N8N_URL ?? 'http://127.0.0.1:5678', api_key: env.N8N_API_KEY ?? '' },
    },
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(
      `Port ${port} on 127.0.0.1 is already in use. Stop the process that uses it, or set PREVIEW_PORT.`,
    );
  });
  console.log(`Preview: ${preview.url} (without ToolJet). Press Ctrl-C to stop.`);
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  await preview.stop();
  return 0;
}

/** The key that `npm start` made for this folder. */
async function keyOfStart(env: Env): Promise<string> {
  const file = join(env.DATA_DIR ?? '.data', 'secrets.json');
  const secrets = await readFile(file, 'utf8').catch(() => '{}');
  const { apiKey } = JSON.parse(secrets) as { apiKey?: string };
  if (!apiKey) throw new Error('AI_MANAGER_API_KEY must be set, or the API started with npm start.');
  return apiKey;
}
