import type { InstallationAccess } from '@ai-manager/workflows';

/** What the installation of workflows and dashboards reads from its environment. */
export interface Settings extends InstallationAccess {
  n8n: { url: string; owner: { email: string; password: string } };
  /** Values of the workflows' nodes "Settings". */
  variables: Record<string, string>;
  isSample: boolean;
  /** For services that are still starting. */
  waitSeconds: number;
}

type Env = Record<string, string | undefined>;

const NEEDED = [
  'N8N_URL',
  'N8N_EMAIL',
  'N8N_PASSWORD',
  'TOOLJET_URL',
  'TOOLJET_EMAIL',
  'TOOLJET_PASSWORD',
  'AI_MANAGER_URL',
  'AI_MANAGER_API_KEY',
  'WORKFLOW_START_KEY',
  'SMTP_HOST',
  'SMTP_PORT',
] as const;

/** Port on which a mail server speaks TLS from the first byte. */
const SMTPS = 465;
const DAY_SECONDS = 86_400;

/** Reads the environment. @throws Error that names every variable that is missing, or the number that is wrong */
export function readSettings(env: Env): Settings {
  const missing = NEEDED.filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`${missing.join(', ')} must be set.`);
  const given = env as Record<(typeof NEEDED)[number], string>;
  const { SMTP_USER: user = '', SMTP_PASSWORD: password = '' } = env;
  return {
    api: { url: given.AI_MANAGER_URL, apiKey: given.AI_MANAGER_API_KEY },
    n8n: { url: given.N8N_URL, owner: { email: given.N8N_EMAIL, password: given.N8N_PASSWORD } },
    startKey: given.WORKFLOW_START_KEY,
    mail: {
      host: given.SMTP_HOST,
      port: whole('SMTP_PORT', given.SMTP_PORT, 1, 65_535),
      secure: Number(given.SMTP_PORT) === SMTPS,
      // A server that asks for no password is on the same machine.
      disableStartTls: user === '',
      user,
      password,
    },
    ...langfuseOf(env),
    variables: variablesOf(env),
    isSample: env.SAMPLE_COMPANY === 'on',
    waitSeconds: whole('WAIT_SECONDS', env.WAIT_SECONDS || '0', 0, DAY_SECONDS),
  };
}

/** @throws Error for what is not a whole number within its bounds */
function whole(name: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`${name} must be a whole number from ${least} to ${most}.`);
}

function langfuseOf({ LANGFUSE_URL: url, LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY }: Env) {
  if (!url || !LANGFUSE_PUBLIC_KEY || !LANGFUSE_SECRET_KEY) return {};
  return { langfuse: { url, publicKey: LANGFUSE_PUBLIC_KEY, secretKey: LANGFUSE_SECRET_KEY } };
}

/** Recipients that the workflow files invent are the operator's, until they are changed in n8n. */
function variablesOf({ MAIL_FROM, DASHBOARDS_URL }: Env): Record<string, string> {
  return {
    ...(MAIL_FROM ? { fromEmail: MAIL_FROM } : {}),
    ...(DASHBOARDS_URL ? { dashboardUrl: DASHBOARDS_URL } : {}),
  };
}
