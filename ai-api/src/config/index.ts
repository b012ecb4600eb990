import { isIPv6 } from 'node:net';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { TIERS } from '../contract/tiers.ts';
import { PROVIDERS, type ProviderName } from '../models/provider.ts';
import type { Priority } from '../platform/jobs/index.ts';
import { parseAllowedHosts } from '../platform/outbound/index.ts';
import { parseKeys } from '../platform/sealing.ts';
import { type OtlpSettings, parsePairs } from '../platform/telemetry/tracing/otlp.ts';
import { productionFaults } from './production.ts';
import { namesProxies } from './proxies.ts';
import { parseSignInProviders, parseTokenIssuers } from './sign-in.ts';

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
const optionalPort = z
  .string()
  .trim()
  .regex(/^\d{1,5}$/, 'must be a whole number from 0 to 65535')
  .transform(Number)
  .pipe(z.number().max(65_535, 'must be a whole number from 0 to 65535'))
  .optional();
const milliseconds = (fallback: number) => whole(1, 600_000, fallback);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' });

/** Text that `parse` takes; what it throws is the message. */
const checked = (parse: (value: string) => unknown) =>
  z.string().superRefine((value, context) => {
    try {
      parse(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `is wrong: ${(error as Error).message}` });
    }
  });

const PROVIDER_LIST = new RegExp(`^(${PROVIDERS.join('|')})(,(${PROVIDERS.join('|')}))*$`);

/** Every variable: what it takes, its default and what it is for. */
export const settings = z.object({
  NODE_ENV: oneOf(['development', 'test', 'production'])
    .default('development')
    .describe('production refuses the embedded drivers'),
  ROLE: oneOf(['all', 'api', 'worker']).default('all').describe('Which parts this process runs'),
  HOST: text.default('127.0.0.1').describe('Address that the API listens on'),
  PORT: port(8000).describe('Port of the API'),
  PUBLIC_URL: httpUrl.optional().describe('Where people and services reach the API'),
  DASHBOARDS_URL: httpUrl
    .optional()
    .describe('Where people open ToolJet: links in reports and e-mails lead there; no links unless set'),
  DATA_DIR: text.default('.data').describe('Everything the embedded drivers store'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL that starts with postgres://' })
    .optional()
    .describe('PostgreSQL 15 or newer; embedded PGlite unless set'),
  DATABASE_POOL: whole(2, 200, 20).describe('Connections to PostgreSQL, beside a few of the job queue'),
  OBJECTS_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .optional()
    .describe('Bucket of S3 that files are kept in; DATA_DIR unless set'),
  OBJECTS_REGION: text.optional().describe('Region of the bucket; AWS_REGION unless set'),
  OBJECTS_ENDPOINT: httpUrl.optional().describe('Another server that speaks S3; AWS unless set'),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe lines that are written'),
  JOB_PRIORITIES: z
    .string()
    .regex(/^(high|default|low)(,(high|default|low))*$/, 'must be some of high,default,low')
    .default('high,default,low')
    .transform((list) => list.split(',') as Priority[])
    .describe('Classes of jobs that this process handles'),
  WORKER_PORT: optionalPort.describe('Where a worker answers probes and /metrics; nowhere unless set'),
  PROMETHEUS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{24,200}$/, 'must be 24 to 200 characters without spaces')
    .optional()
    .describe('Bearer token that may read /metrics, beside keys of role ops'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl
    .optional()
    .describe('OpenTelemetry collector that takes OTLP over HTTP as JSON; nothing is exported unless set'),
  OTEL_EXPORTER_OTLP_HEADERS: checked(parsePairs)
    .default('')
    .describe('Headers for the collector, such as authorization=Bearer%20key'),
  OTEL_EXPORTER_OTLP_TIMEOUT: milliseconds(10_000).describe('Milliseconds for one export'),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds(2_000).describe('Milliseconds between two exports'),
  OTEL_SERVICE_NAME: text.default('ai-manager').describe('What telemetry calls this service'),
  OTEL_RESOURCE_ATTRIBUTES: checked(parsePairs)
    .default('')
    .describe('More about this process, such as deployment.environment.name=staging'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0|1|0?\.\d+|1\.0+|0\.0+)$/, 'must be a number from 0 to 1')
    .default('0.1')
    .transform(Number)
    .describe('Share of traces that are recorded; a trace that came in is recorded when its sender does'),
  OTEL_LOGS_EXPORTER: oneOf(['otlp', 'none'])
    .default('otlp')
    .describe('none keeps the log off the collector'),
  TENANT: text
    .max(100, 'must be at most 100 characters')
    .default('default')
    .describe('Company that is created at the first start'),
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(/^aim_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{32,128}$/, 'must look like aim_<8 characters>_<32 to 128>')
    .optional()
    .describe('Admin key that is registered at start'),
  BOOTSTRAP_ADMIN_EMAIL: z
    .email('must be an e-mail address')
    .toLowerCase()
    .optional()
    .describe('First person who may sign in, as admin; made at start unless there'),
  BOOTSTRAP_ADMIN_PASSWORD: z
    .string()
    .min(12, 'must be at least 12 characters')
    .max(200, 'must be at most 200 characters')
    .optional()
    .describe('Needed with BOOTSTRAP_ADMIN_EMAIL; later changes of it change nothing'),
  SIGN_IN_PROVIDERS: checked(parseSignInProviders)
    .default('[]')
    .describe('Where people sign in, as JSON: see docs/identity.md'),
  TOKEN_ISSUERS: checked(parseTokenIssuers)
    .default('[]')
    .describe('Issuers whose access tokens are trusted, as JSON: see docs/identity.md'),
  OPENAI_API_KEY: text.optional().describe('Key of the model; without it rules decide alone'),
  OPENAI_BASE_URL: httpUrl.optional().describe('Any OpenAI-compatible server'),
  OPENAI_MODEL: text.default('gpt-4.1-mini').describe('Model that reads what rules cannot'),
  ANTHROPIC_API_KEY: text.optional().describe('Key of a model of Anthropic'),
  ANTHROPIC_BASE_URL: httpUrl.optional().describe('A gateway to Anthropic'),
  ANTHROPIC_MODEL: text.default('claude-sonnet-4-5').describe('Model of Anthropic'),
  COMPATIBLE_BASE_URL: httpUrl
    .optional()
    .describe('A further OpenAI-compatible server, such as one of your own'),
  COMPATIBLE_API_KEY: text.default('none').describe('Key of that server, if it wants one'),
  COMPATIBLE_MODEL: text.optional().describe('Needed with COMPATIBLE_BASE_URL'),
  MODEL_PROVIDERS: z
    .string()
    .regex(PROVIDER_LIST, `must be some of ${PROVIDERS.join(',')}`)
    .optional()
    .transform((list) => list?.split(',') as ProviderName[] | undefined)
    .describe('Order in which models are asked; openai,anthropic,compatible as far as they are set up'),
  MODEL_TIMEOUT_MS: milliseconds(60_000).describe(
    'For one request to a model; of a stream, to its next piece',
  ),
  MODEL_CONCURRENCY: whole(1, 10_000, 32).describe('Requests of one process open at once at one provider'),
  MODEL_TOKENS_PER_MINUTE: whole(1, 1_000_000_000, 1_000_000).describe(
    'Tokens of one process at one provider; calls wait for their turn, at most half a minute',
  ),
  MODEL_DAILY_BUDGET: z
    .string()
    .trim()
    .regex(/^\d{1,9}(\.\d{1,6})?$/, 'must be US dollars such as 25 or 0.50')
    .transform((dollars) => Math.round(Number(dollars) * 1_000_000))
    .optional()
    .describe('US dollars that a company may spend on models in a day (UTC); beyond it rules decide alone'),
  MODEL_TEXT_DAYS: whole(1, 3650, 30).describe(
    'Days for which the ledger keeps what was sent and answered, masked; figures stay',
  ),
  MODEL_PRICES: text
    .optional()
    .describe('JSON file with prices of further models, or in place of the listed'),
  LANGFUSE_BASE_URL: httpUrl
    .optional()
    .describe('Langfuse 4 or newer, for traces and scores; nothing is sent there unless set'),
  LANGFUSE_PUBLIC_KEY: text.optional().describe('Needed with LANGFUSE_BASE_URL'),
  LANGFUSE_SECRET_KEY: text.optional().describe('Needed with LANGFUSE_BASE_URL'),
  LANGFUSE_PROMPT_TIMEOUT_MS: milliseconds(2_000).describe(
    'For one attempt to read or save a prompt in Langfuse; then the copy in the database serves',
  ),
  LANGFUSE_TIMEOUT_MS: milliseconds(10_000).describe('For one request to Langfuse'),
  LANGFUSE_RETRY_SECONDS: whole(1, 3600, 15).describe(
    'First pause before something is sent to Langfuse again, or read back from it; it doubles',
  ),
  EMBEDDINGS_PROVIDER: oneOf(['static', 'voyage', 'openai'])
    .default('static')
    .describe('What makes vectors of texts; static: word vectors of English that come along'),
  EMBEDDINGS_MODEL: text.optional().describe('voyage-3-large or text-embedding-3-large unless set'),
  EMBEDDINGS_DIMENSIONS: whole(64, 4096, 1024).describe('Length of a vector; the static ones have 100'),
  VOYAGE_API_KEY: text.optional().describe('Needed for vectors by Voyage'),
  VOYAGE_BASE_URL: httpUrl.optional().describe('A gateway to Voyage, with the version'),
  LANGFUSE_ENVIRONMENT: z
    .string()
    .regex(/^(?!langfuse)[a-z0-9_-]{1,40}$/, 'must be up to 40 of a-z, 0-9, - and _')
    .optional()
    .describe('What Langfuse calls this installation; NODE_ENV unless set'),
  LANGFUSE_SAMPLE_RATE: z
    .string()
    .trim()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a share from 0 to 1 such as 0.25')
    .default('1')
    .transform(Number)
    .describe('Share of the judgements whose trace is exported; the ledger has all calls'),
  WORKSMART_URL: httpUrl.optional().describe('Source of hours; imported weeks only unless set'),
  WORKSMART_API_KEY: text.optional().describe('Needed with WORKSMART_URL'),
  BRAINLIFT_URL: httpUrl.optional().describe('Source of knowledge work'),
  BRAINLIFT_API_KEY: text.optional().describe('Needed with BRAINLIFT_URL'),
  METRICS_URL: httpUrl.optional().describe('Source of goals, notes and project figures'),
  METRICS_API_KEY: text.optional().describe('Needed with METRICS_URL'),
  SOURCE_TIMEOUT_MS: milliseconds(10_000).describe('For one attempt to reach a source'),
  EVALUATION_CONCURRENCY: whole(1, 200, 8).describe('Builders judged at once by one process'),
  AGENT_CONCURRENCY: whole(1, 200, 4).describe('Executions of agents at once in one process'),
  JOB_HEARTBEAT_SECONDS: whole(10, 3600, 15).describe(
    'After so long without a sign a job is given to another worker',
  ),
  WEBHOOK_RETRY_SECONDS: whole(1, 3600, 15).describe('First pause; it doubles'),
  WEBHOOK_ALLOWED_HOSTS: checked(parseAllowedHosts)
    .default('')
    .describe('Hosts, host:port or ranges off the public internet that events may be delivered to'),
  WEBHOOK_ALLOWED_PORTS: z
    .string()
    .regex(/^\d{1,5}(,\d{1,5})*$/, 'must be ports such as 80,443')
    .default('80,443,8080,8443')
    .describe('Ports of public hosts that events may be delivered to'),
  WEBHOOK_DISABLE_HOURS: whole(1, 2160, 72).describe('An endpoint that fails for so long is disabled'),
  DATA_ENCRYPTION_KEY: checked(parseKeys)
    .optional()
    .describe('32 bytes in base64 or hex that seal stored secrets; after a comma, earlier keys'),
  REALTIME_HEARTBEAT_SECONDS: whole(1, 600, 30).describe('Pause between pings of a connection'),
  REALTIME_CONNECTIONS: whole(1, 1_000_000, 1000).describe('Open connections of one tenant in one process'),
  REALTIME_BUFFER_BYTES: whole(1024, 1_073_741_824, 1_048_576).describe(
    'What may wait to be read by one connection before it is closed',
  ),
  REALTIME_REPLAY: whole(1, 100_000, 1000).describe('Missed events that a connection may ask for'),
  UPSTASH_REDIS_REST_URL: httpUrl
    .optional()
    .describe('Redis that all processes share for limits and cache; in memory, per process, unless set'),
  UPSTASH_REDIS_REST_TOKEN: text.optional().describe('Needed with UPSTASH_REDIS_REST_URL'),
  TRUST_PROXY: z
    .string()
    .refine(namesProxies, 'must be a number of proxies from 1 to 10, or their addresses or networks')
    .optional()
    .describe('Proxies whose X-Forwarded-For names the client; nobody is believed unless set'),
  RATE_LIMITS: oneOf(['on', 'off']).default('on').describe('off where a gateway limits requests already'),
  DATA_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be a region such as eu-central-1')
    .optional()
    .describe('Region in which this installation keeps its data, as whoever runs it declares'),
  TENANT_TIER: oneOf(TIERS).default('enterprise').describe('Tier of the company that TENANT names'),
  REQUEST_TIMEOUT_MS: milliseconds(60_000).describe('A request that takes longer is answered with 503'),
  JSON_MAX_DEPTH: whole(4, 1000, 32).describe('Objects and arrays inside each other in a body'),
  MAX_IN_FLIGHT: whole(1, 100_000, 500).describe('Unanswered requests beyond which more are refused'),
  SHED_LOOP_DELAY_MS: milliseconds(2_000).describe(
    'Delay of the event loop beyond which requests are refused',
  ),
  TOOLJET_PLUGINS_DIR: text
    .optional()
    .describe('Folder of the built ToolJet plugins, served at /marketplace-assets; not served unless set'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'must be a URL that starts with smtp://' })
    .optional()
    .describe('Mail server of the installation; then the development inbox does not start'),
  MAIL_FROM: z
    .string()
    .regex(
      /^[^<>@,;:"\p{Cc}]*<[^\s<>@,;:]+@[^\s<>@,;:]+>$/u,
      'must look like AI Manager <ai-manager@example.com>',
    )
    .default('AI Manager <ai-manager@localhost>')
    .describe('Sender of the e-mails that ask for decisions'),
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

const PROVIDER_NEEDS: Record<ProviderName, string> = {
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  compatible: 'COMPATIBLE_BASE_URL',
};

/** What is wrong with variables that are there, or not, beside each other. */
function contradictions(given: Record<string, string | undefined>): string[] {
  const needs = (name: string, why: string) => (given[name] ? [] : [`${name} ${why}`]);
  const because = (name: string) => `is needed because ${name} is set`;
  const isPart = given.ROLE === 'api' || given.ROLE === 'worker';
  return [
    ...['WORKSMART', 'BRAINLIFT', 'METRICS']
      .filter((source) => given[`${source}_URL`])
      .flatMap((source) => needs(`${source}_API_KEY`, because(`${source}_URL`))),
    ...(given.LANGFUSE_BASE_URL
      ? ['LANGFUSE_PUBLIC_KEY', 'LANGFUSE_SECRET_KEY'].flatMap((name) =>
          needs(name, because('LANGFUSE_BASE_URL')),
        )
      : []),
    ...(given.UPSTASH_REDIS_REST_URL
      ? needs('UPSTASH_REDIS_REST_TOKEN', because('UPSTASH_REDIS_REST_URL'))
      : []),
    ...(given.UPSTASH_REDIS_REST_TOKEN
      ? needs('UPSTASH_REDIS_REST_URL', because('UPSTASH_REDIS_REST_TOKEN'))
      : []),
    ...regionFaults(given),
    ...(given.OBJECTS_ENDPOINT ? needs('OBJECTS_BUCKET', because('OBJECTS_ENDPOINT')) : []),
    ...(given.BOOTSTRAP_ADMIN_EMAIL
      ? needs('BOOTSTRAP_ADMIN_PASSWORD', because('BOOTSTRAP_ADMIN_EMAIL'))
      : []),
    ...(given.OPENAI_BASE_URL ? needs('OPENAI_API_KEY', because('OPENAI_BASE_URL')) : []),
    ...(given.EMBEDDINGS_PROVIDER === 'voyage'
      ? needs('VOYAGE_API_KEY', 'is needed because EMBEDDINGS_PROVIDER is voyage')
      : []),
    ...(given.EMBEDDINGS_PROVIDER === 'openai'
      ? needs('OPENAI_API_KEY', 'is needed because EMBEDDINGS_PROVIDER is openai')
      : []),
    ...(given.ANTHROPIC_BASE_URL ? needs('ANTHROPIC_API_KEY', because('ANTHROPIC_BASE_URL')) : []),
    ...(given.COMPATIBLE_BASE_URL ? needs('COMPATIBLE_MODEL', because('COMPATIBLE_BASE_URL')) : []),
    ...(given.MODEL_PROVIDERS ?? '')
      .split(',')
      .filter((name): name is ProviderName => (PROVIDERS as readonly string[]).includes(name))
      .flatMap((name) => needs(PROVIDER_NEEDS[name], `is needed because MODEL_PROVIDERS names ${name}`)),
    ...(isPart && !given.DATABASE_URL
      ? ['ROLE must be all with the embedded database, which one process owns']
      : []),
    ...(given.NODE_ENV === 'production' ? productionFaults(given) : []),
  ];
}

/** Where telemetry is exported to; null when nowhere. */
export function otlpSettings(config: Config): OtlpSettings | null {
  if (!config.OTEL_EXPORTER_OTLP_ENDPOINT) return null;
  return {
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    headers: parsePairs(config.OTEL_EXPORTER_OTLP_HEADERS),
    timeoutMs: config.OTEL_EXPORTER_OTLP_TIMEOUT,
    exportEveryMs: config.OTEL_BSP_SCHEDULE_DELAY,
    serviceName: config.OTEL_SERVICE_NAME,
    serviceVersion: packageJson.version,
    resourceAttributes: parsePairs(config.OTEL_RESOURCE_ATTRIBUTES),
    sampleRatio: config.OTEL_TRACES_SAMPLER_ARG,
  };
}

/** Root of a server at an address of ours; an IPv6 address stands in brackets. */
export function urlOf(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

const AWS_REGION_NAME = /(?:^|\.)([a-z]{2}(?:-[a-z]+)+-\d)\./;

/** Where a variable itself tells another region than DATA_REGION: AWS_REGION, or the host of a database at AWS. */
function regionFaults(given: Record<string, string | undefined>): string[] {
  const { DATA_REGION: region, AWS_REGION, DATABASE_URL } = given;
  if (!region) return [];
  const host = URL.parse(DATABASE_URL ?? '')?.hostname ?? '';
  const told = { AWS_REGION, DATABASE_URL: AWS_REGION_NAME.exec(host)?.[1] };
  return Object.entries(told)
    .filter(([, other]) => other !== undefined && other !== region)
    .map(([name, other]) => `DATA_REGION is ${region}, but ${name} says ${other}`);
}
