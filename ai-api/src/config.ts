import { z } from 'zod';

/** Thrown when the environment is wrong: one clear line for each wrong variable. */
export class ConfigError extends Error {
  constructor(lines: string[]) {
    super(lines.join('\n'));
    this.name = 'ConfigError';
  }
}

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);
const milliseconds = (fallback: number) => z.coerce.number().int().min(1).max(600_000).default(fallback);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' });
const secret = z.string().min(1, 'must not be empty');

const schema = z
  .object({
    NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
    ROLE: z.enum(['all', 'api', 'worker']).default('all').describe('Which parts this process runs'),
    HOST: z.string().default('127.0.0.1'),
    PORT: port(8000),
    PUBLIC_URL: httpUrl.optional().describe('Where people and services reach the API'),
    DATA_DIR: z.string().default('.data').describe('Everything the embedded drivers store'),
    DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL that starts with postgres://' })
      .optional()
      .describe('PostgreSQL 15 or newer; embedded PGlite unless set'),
    DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(20),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    TENANT: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .default('default')
      .describe('Company that is created at the first start'),
    BOOTSTRAP_API_KEY: z
      .string()
      .regex(/^aim_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{32,}$/, 'must look like aim_<8 characters>_<32 or more>')
      .optional()
      .describe('Admin key that is registered at start'),
    OPENAI_API_KEY: secret.optional(),
    OPENAI_BASE_URL: httpUrl.optional().describe('Any OpenAI-compatible server'),
    OPENAI_MODEL: z.string().default('gpt-4.1-mini'),
    MODEL_TIMEOUT_MS: milliseconds(60_000),
    WORKSMART_URL: httpUrl.optional(),
    WORKSMART_API_KEY: secret.optional(),
    BRAINLIFT_URL: httpUrl.optional(),
    BRAINLIFT_API_KEY: secret.optional(),
    METRICS_URL: httpUrl.optional(),
    METRICS_API_KEY: secret.optional(),
    SOURCE_TIMEOUT_MS: milliseconds(10_000),
    EVALUATION_CONCURRENCY: z.coerce.number().int().min(1).max(200).default(8),
    JOB_HEARTBEAT_SECONDS: z.coerce.number().int().min(10).max(3600).default(15),
    WEBHOOK_RETRY_SECONDS: z.coerce
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(15)
      .describe('First pause; it doubles'),
    SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be a URL that starts with smtp://' }).optional(),
    INBOX_HTTP_PORT: port(8025).describe('Page of the development inbox'),
    INBOX_SMTP_PORT: port(1025).describe('SMTP of the development inbox'),
  })
  .superRefine((env, context) => {
    for (const source of ['WORKSMART', 'BRAINLIFT', 'METRICS'] as const) {
      if (env[`${source}_URL`] && !env[`${source}_API_KEY`]) {
        context.addIssue({
          code: 'custom',
          path: [`${source}_API_KEY`],
          message: `is needed because ${source}_URL is set`,
        });
      }
    }
    if (env.OPENAI_BASE_URL && !env.OPENAI_API_KEY) {
      context.addIssue({
        code: 'custom',
        path: ['OPENAI_API_KEY'],
        message: 'is needed because OPENAI_BASE_URL is set',
      });
    }
    if (!env.DATABASE_URL && env.ROLE !== 'all') {
      context.addIssue({
        code: 'custom',
        path: ['ROLE'],
        message: 'must be all with the embedded database, which one process owns',
      });
    }
    if (env.NODE_ENV === 'production') {
      for (const name of ['DATABASE_URL', 'SMTP_URL', 'PUBLIC_URL'] as const) {
        if (!env[name])
          context.addIssue({ code: 'custom', path: [name], message: 'must be set in production' });
      }
    }
  });

/** Every setting of the process, parsed once. */
export type Config = Readonly<z.output<typeof schema>>;

/**
 * Parses the environment. Empty variables count as not set.
 * @throws {ConfigError} one line for each wrong variable, without its value.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map((issue) => `${issue.path.join('.')} ${sentence(issue.message)}`),
  );
}

function sentence(message: string): string {
  return message.replace(/^Invalid (input|option): /, 'is not valid: ');
}
