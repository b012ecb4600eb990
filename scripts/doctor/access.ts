import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs, parseEnv } from 'node:util';
import type { ToolJetAccount } from '../../dashboards/src/push/tooljet.ts';
import { OWNER_EMAIL } from '../start/api-environment.ts';
import { ROOT } from '../start/root.ts';
import type { LocalSecrets } from '../start/secrets.ts';
import type { ApiAccess } from './api.ts';
import type { N8nAccess } from './n8n.ts';

type Env = Record<string, string | undefined>;

/** What is checked, and how it is reached. */
export interface Access {
  api: ApiAccess;
  n8n: N8nAccess | null;
  toolJet: ToolJetAccount | null;
  isJson: boolean;
}

export const USAGE = `npm run doctor -- [--url URL | --compose] [--json]

Checks every connection of an installation from where it is used, and says what to do.

  (neither)    what npm start runs on this machine
  --compose    what docker compose runs on this machine, with the secrets of .env
  --url URL    the API at URL
  --json       print one JSON object

Environment: AI_MANAGER_URL and AI_MANAGER_API_KEY (a key with the role admin); N8N_URL with N8N_EMAIL and N8N_PASSWORD,
or with N8N_API_KEY; TOOLJET_URL, TOOLJET_EMAIL and TOOLJET_PASSWORD. It exits with 1 when something is wrong.`;

/** Reads the command line. @throws {TypeError} for an argument that is not known; null for --help */
export function readAccess(args: string[], env: Env): Access | null {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: 'string' },
      compose: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const given: Env = { ...env, ...(values.url ? { AI_MANAGER_URL: values.url } : {}) };
  const named: Env = values.compose ? { ...composeEnvironment(), ...given } : given;
  const local = named.AI_MANAGER_URL ? null : localInstallation(named);
  return {
    api: {
      url: (named.AI_MANAGER_URL ?? local?.api.url ?? '').replace(/\/+$/, ''),
      key: named.AI_MANAGER_API_KEY ?? local?.api.key ?? null,
    },
    n8n: n8nAccess(named) ?? local?.n8n ?? null,
    toolJet: toolJetAccount(named),
    isJson: values.json,
  };
}

function n8nAccess({ N8N_URL, N8N_EMAIL, N8N_PASSWORD, N8N_API_KEY }: Env): N8nAccess | null {
  if (!N8N_URL) return null;
  const owner = N8N_EMAIL && N8N_PASSWORD ? { email: N8N_EMAIL, password: N8N_PASSWORD } : null;
  return { url: N8N_URL.replace(/\/+$/, ''), owner, apiKey: N8N_API_KEY ?? null };
}

function toolJetAccount({ TOOLJET_URL, TOOLJET_EMAIL, TOOLJET_PASSWORD }: Env): ToolJetAccount | null {
  if (!TOOLJET_URL || !TOOLJET_EMAIL || !TOOLJET_PASSWORD) return null;
  return { url: TOOLJET_URL, email: TOOLJET_EMAIL, password: TOOLJET_PASSWORD };
}

/** What `npm start` runs: its ports and the secrets of its data folder. Nothing is created. */
function localInstallation(env: Env): { api: ApiAccess; n8n: N8nAccess | null } {
  const directory = resolve(ROOT, env.DATA_DIR || '.data');
  const url = `http://127.0.0.1:${env.PORT || 8000}`;
  const file = join(directory, 'secrets.json');
  if (!existsSync(file)) return { api: { url, key: null }, n8n: null };
  const { apiKey, n8nPassword } = JSON.parse(readFileSync(file, 'utf8')) as LocalSecrets;
  const stateFile = join(directory, 'n8n', 'bootstrap.json');
  return {
    api: { url, key: apiKey },
    n8n: {
      url: `http://127.0.0.1:${env.N8N_PORT || 5678}`,
      owner: { email: OWNER_EMAIL, password: n8nPassword, stateFile },
      apiKey: null,
    },
  };
}

/** The addresses that compose.yaml publishes on this machine, with the secrets of .env. */
function composeEnvironment(): Env {
  const file = join(ROOT, '.env');
  if (!existsSync(file)) throw new TypeError('There is no .env: run npm run compose:env first.');
  const { BOOTSTRAP_API_KEY, OPERATOR_EMAIL, OPERATOR_PASSWORD } = parseEnv(
    readFileSync(file, 'utf8'),
  ) as Env;
  return {
    AI_MANAGER_URL: 'http://localhost:8000',
    AI_MANAGER_API_KEY: BOOTSTRAP_API_KEY,
    N8N_URL: 'http://localhost:5678',
    N8N_EMAIL: OPERATOR_EMAIL,
    N8N_PASSWORD: OPERATOR_PASSWORD,
    TOOLJET_URL: 'http://localhost:8082',
    TOOLJET_EMAIL: OPERATOR_EMAIL,
    TOOLJET_PASSWORD: OPERATOR_PASSWORD,
  };
}
