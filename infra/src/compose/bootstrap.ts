import { join } from 'node:path';
import { readExports } from '@ai-manager/dashboards/files';
import { pushAll } from '@ai-manager/dashboards/push';
import { accountOf, sourcesOf } from '@ai-manager/dashboards/settings';
import { bootstrapN8n } from '@ai-manager/workflows';

/** `compose.yaml`'s one-time container: workflows into n8n, plugins and
 * dashboards into ToolJet. Safe to repeat. */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const root = join(import.meta.dirname, '..', '..', '..');
  const need = (name: string) => {
    const value = env[name];
    if (!value) throw new Error(`${name} must be set.`);
    return value;
  };
  const mail = {
    host: need('SMTP_HOST'),
    port: Number(need('SMTP_PORT')),
    secure: false,
    disableStartTls: true,
  };
  await bootstrapN8n({
    n8n: { url: need('N8N_URL') },
    owner: { email: need('N8N_EMAIL'), password: need('N8N_PASSWORD') },
    credentials: [
      {
        name: 'AI Manager',
        type: 'aiManagerApi',
        data: { baseUrl: need('AI_MANAGER_URL'), apiKey: need('AI_MANAGER_API_KEY') },
      },
      { name: 'Mail', type: 'smtp', data: { user: '', password: '', ...mail } },
    ],
    variables: {},
    workflowsDirectory: join(root, 'workflows'),
    onEdited: 'keep',
    onProgress: (line) => console.log(line),
  });
  await pushAll({
    account: accountOf(env),
    sources: sourcesOf(env),
    marketplace: join(root, 'tooljet-plugins', 'marketplace-assets'),
    exports: await readExports(),
    say: (line) => console.log(line),
  });
}

main(process.env).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
