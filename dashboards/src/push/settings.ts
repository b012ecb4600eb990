import type { SourceOptions } from './sources.ts';
import type { ToolJetAccount } from './tooljet.ts';

type Env = Record<string, string | undefined>;

/** The account that `push`, `pull` and `diff` sign in with. @throws Error that names every variable that is missing */
export function accountOf(env: Env): ToolJetAccount {
  const needed = ['TOOLJET_URL', 'TOOLJET_EMAIL', 'TOOLJET_PASSWORD'];
  const missing = needed.filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`${missing.join(', ')} must be set`);
  return {
    url: env.TOOLJET_URL as string,
    email: env.TOOLJET_EMAIL as string,
    password: env.TOOLJET_PASSWORD as string,
  };
}

/** Settings of the data sources that the environment has, by the id of the plugin. */
export function sourcesOf(env: Env): Record<string, SourceOptions> {
  const has = (...names: string[]) => names.every((name) => env[name]);
  return {
    ...(has('AI_MANAGER_URL', 'AI_MANAGER_API_KEY')
      ? {
          'ai-manager': {
            options: {
              base_url: env.AI_MANAGER_URL as string,
              act_as: env.AI_MANAGER_ACT_AS !== 'false',
              role: 'any',
            },
            secrets: { api_key: env.AI_MANAGER_API_KEY as string },
          },
        }
      : {}),
    ...(has('LANGFUSE_URL', 'LANGFUSE_PUBLIC_KEY', 'LANGFUSE_SECRET_KEY')
      ? {
          'ai-manager-langfuse': {
            options: {
              base_url: env.LANGFUSE_URL as string,
              public_url: env.LANGFUSE_PUBLIC_URL ?? '',
              project_id: env.LANGFUSE_PROJECT_ID ?? '',
              public_key: env.LANGFUSE_PUBLIC_KEY as string,
            },
            secrets: { secret_key: env.LANGFUSE_SECRET_KEY as string },
          },
        }
      : {}),
    ...(has('N8N_URL', 'N8N_API_KEY')
      ? {
          'ai-manager-n8n': {
            options: { base_url: env.N8N_URL as string },
            secrets: { api_key: env.N8N_API_KEY as string },
          },
        }
      : {}),
  };
}
