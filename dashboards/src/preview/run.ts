import { buildMarketplace } from '../../../tooljet-plugins/build.ts';
import { readExports } from '../files.ts';
import { startPreview } from './server.ts';

/**
 * Serves the preview until it is interrupted. Reads `AI_MANAGER_URL`, `AI_MANAGER_API_KEY`,
 * `AI_MANAGER_ACT_AS`, `TOOLJET_USER_ID`, `N8N_URL`, `N8N_API_KEY` and `PREVIEW_PORT`.
 * @throws Error without a key
 */
export async function runPreview(env: Record<string, string | undefined>): Promise<number> {
  const key = env.AI_MANAGER_API_KEY;
  if (!key) throw new Error('AI_MANAGER_API_KEY must be set. npm start prints a key.');
  const { url } = await startPreview({
    marketplace: await buildMarketplace(),
    apps: await readExports(),
    userId: env.TOOLJET_USER_ID ?? 'preview',
    port: Number(env.PREVIEW_PORT ?? 8100),
    sources: {
      'ai-manager': {
        base_url: env.AI_MANAGER_URL ?? 'http://127.0.0.1:8000',
        api_key: key,
        act_as: env.AI_MANAGER_ACT_AS === 'true',
      },
      'ai-manager-n8n': { base_url: env.N8N_URL ?? 'http://127.0.0.1:5678', api_key: env.N8N_API_KEY ?? '' },
    },
  });
  console.log(`Preview: ${url} (without ToolJet). Press Ctrl-C to stop.`);
  await new Promise((resolve) => process.once('SIGINT', resolve));
  return 0;
}
