import { z } from 'zod';

/** Thrown when the environment is wrong: one clear line for each wrong variable. */
export class ConfigError extends Error {
  constructor(lines: string[]) {
    super(lines.join('\n'));
    this.name = 'ConfigError';
  }
}

const whole = (min: number, max: number, fallback: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  const digits = z.string().trim().regex(/^\d+$/, message);
  return digits
    .transform(Number)
    .pipe(z.number(message).min(min, message).max(max, message))
    .default(fallback);
};
const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);
const text = z.string().trim().min(1, 'must not be empty').max(1000, 'must be at most 1000 characters');
const port = (fallback: number) => whole(0, 65_535, fallback);
const milliseconds = (fallback: number) => whole(1, 600_000, fallback);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' });

/** Every variable: what it takes, its default and what it is for. */
export const settings = z.object({
  NODE_ENV: oneOf(['development', 'test', 'production'])
    .default('development')
    .describe('production refuses the embedded drivers'),
  ROLE: oneOf(['all', 'api', 'worker']).default('all').describe('Which parts this process runs'),
  HOST: text.default('127.0.0.1').describe('Address that the API listens on'),
  PORT: port(8000).describe('Port of the API'),
  PUBLIC_URL: httpUrl.optional().describe('Where people and services reach the API'),
  DATA_DIR: text.default('.data').describe('Everything the embedded drivers store'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL that starts with postgres://' })
    .optional()
    .describe('PostgreSQL 15 or newer; embedded PGlite unless set'),
  DATABASE_POOL: whole(2, 200, 20).describe('Connections to PostgreSQL, beside a few of the job queue'),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe lines that are written'),
  TENANT: text
    .max(100, 'must be at most 100 characters')
    .default('default')
    .describe('Company that is created at the first start'),
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(/^aim_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{32,128}$/, 'must look like aim_<8 characters>_<32 to 128>')
    .optional()
    .describe('Admin key that is registered at start'),
  OPENAI_API_KEY: text.optional().describe('Key of the model; without it rules decide alone'),
  OPENAI_BASE_URL: httpUrl.optional().describe('Any OpenAI-compatible server'),
  OPENAI_MODEL: text.default('gpt-4.1-mini').describe('Model that reads what rules cannot'),
  MODEL_TIMEOUT_MS: milliseconds(60_000).describe('For one call to the model'),
  WORKSMART_URL: httpUrl.optional().describe('Source of hours; imported weeks only unless set'),
  WORKSMART_API_KEY: text.optional().describe('Needed with WORKSMART_URL'),
  BRAINLIFT_URL: httpUrl.optional().describe('Source of knowledge work'),
  BRAINLIFT_API_KEY: text.optional().describe('Needed with BRAINLIFT_URL'),
  METRICS_URL: httpUrl.optional().describe('Source of goals, notes and project figures'),
  METRICS_API_KEY: text.optional().describe('Needed with METRICS_URL'),
  SOURCE_TIMEOUT_MS: milliseconds(10_000).describe('For one attempt to reach a source'),
  EVALUATION_CONCURRENCY: whole(1, 200, 8).describe('Builders judged at once by one process'),
  JOB_HEARTBEAT_SECONDS: whole(10, 3600, 15).describe(
    'After so long without a sign a job is given to another worker',
  ),
  WEBHOOK_RETRY_SECONDS: whole(1, 3600, 15).describe('First pause; it doubles'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'must be a URL that starts with smtp://' })
    .optional()
    .describe('Mail server of the installation; then the development inbox does not start'),
  INBOX_HTTP_PORT: port(8025).describe('Page of the development inbox'),
  INBOX_SMTP_PORT: port(1025).describe('SMTP of the development inbox'),
});

/** Every setting of the process, parsed once. */
export type Config = Readonly<z.output<typeof settings>>;

/**
 * Parses the environment. Empty variables count as not set.
 * @throws {ConfigError} one line for each wrong variable, without its value.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = settings.safeParse(given);
  const wrong = (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);
  const lines = [...wrong, ...contradictions(given)];
  if (!parsed.success || lines.length > 0) throw new ConfigError(lines);
  return parsed.data;
}

/** What is wrong with variables that are there, or not, beside each other. */
function contradictions(given: Record<string, string | undefined>): string[] {
  const needs = (name: string, why: string) => (given[name] ? [] : [`${name} ${why}`]);
  const because = (name: string) => `is needed because ${name} is set`;
  const isProduction = given.NODE_ENV === 'production';
  const isPart = given.ROLE === 'api' || given.ROLE === 'worker';
  return [
    ...['WORKSMART', 'BRAINLIFT', 'METRICS']
      .filter((source) => given[`${source}_URL`])
      .flatMap((source) => needs(`${source}_API_KEY`, because(`${source}_URL`))),
    ...(given.OPENAI_BASE_URL ? needs('OPENAI_API_KEY', because('OPENAI_BASE_URL')) : []),
    ...(isPart && !given.DATABASE_URL
      ? ['ROLE must be all with the embedded database, which one process owns']
      : []),
    ...(isProduction ? ['DATABASE_URL', 'SMTP_URL', 'PUBLIC_URL'] : []).flatMap((name) =>
      needs(name, 'must be set in production'),
    ),
  ];
}
