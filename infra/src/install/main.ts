import { join } from 'node:path';
import { resources } from '@ai-manager/api/catalogue';
import { createClient } from '@ai-manager/api/client';
import { readExports } from '@ai-manager/dashboards/files';
import { pushAll } from '@ai-manager/dashboards/push';
import { accountOf, sourcesOf } from '@ai-manager/dashboards/settings';
import { bootstrapN8n, keyForN8n, standardCredentials } from '@ai-manager/workflows';
import { importSample } from './sample.ts';
import { readSettings, type Settings } from './settings.ts';
import { untilReady } from './until-ready.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/**
 * Brings workflows into n8n, and plugins and dashboards into ToolJet: the one-time container of `compose.yaml` and the
 * task `install` on AWS. Safe to repeat. Ends with 1, after all else is done, when a workflow waits for a credential.
 */
async function main(env: NodeJS.ProcessEnv): Promise<number> {
  const settings = readSettings(env);
  const { api, n8n, waitSeconds } = settings;
  await untilReady({ API: `${api.url}/ready`, n8n: `${n8n.url}/healthz/readiness` }, waitSeconds);
  const client = createClient(resources, { baseUrl: api.url, apiKey: api.apiKey, timeoutMs: 120_000 });
  if (settings.isSample) console.log(await importSample(client, join(ROOT, 'examples', 'sample-company')));
  const { timezone } = (await client.tenant.get({})).settings;
  const { apiKey, waiting } = await installWorkflows(settings, () => keyForN8n(client), timezone);
  await pushAll({
    account: accountOf(env),
    sources: sourcesOf({ ...env, N8N_API_KEY: apiKey }),
    marketplace: join(ROOT, 'tooljet-plugins', 'marketplace-assets'),
    exports: await readExports(),
    say: (line) => console.log(line),
  });
  for (const { name, needs } of waiting)
    console.error(`The workflow "${name}" is inactive: it needs ${needs.join(', ')}.`);
  return waiting.length === 0 ? 0 : 1;
}

function installWorkflows(
  { api: { url }, n8n, mail, startKey, langfuse, variables }: Settings,
  makeKey: () => Promise<string>,
  timezone: string,
) {
  return bootstrapN8n({
    n8n: { url: n8n.url },
    owner: n8n.owner,
    credentials: async () =>
      standardCredentials({
        api: { url, apiKey: await makeKey() },
        mail,
        startKey,
        ...(langfuse ? { langfuse } : {}),
      }),
    variables,
    timezone,
    workflowsDirectory: join(ROOT, 'workflows'),
    onEdited: 'keep',
    // ToolJet gets it: a bootstrap by hand must not make it invalid.
    keyLabel: 'ai-manager-dashboards',
    onProgress: (line) => console.log(line),
  });
}

main(process.env).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
