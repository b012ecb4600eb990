import { isIPv6 } from 'node:net';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { PROVIDERS, type ProviderName } from '../models/provider.ts';
import { type OtlpSettings, parsePairs } from '../platform/telemetry/tracing/otlp.ts';
import { productionFaults } from './production.ts';
import { regionFaults } from './regions.ts';
import { billing } from './settings/billing.ts';
import { company } from './settings/company.ts';
import { context } from './settings/context.ts';
import { events } from './settings/events.ts';
import { files } from './settings/files.ts';
import { jobs } from './settings/jobs.ts';
import { langfuse } from './settings/langfuse.ts';
import { licences } from './settings/licences.ts';
import { mail } from './settings/mail.ts';
import { mcp } from './settings/mcp.ts';
import { models } from './settings/models.ts';
import { notifications } from './settings/notifications.ts';
import { requests } from './settings/requests.ts';
import { server } from './settings/server.ts';
import { sources } from './settings/sources.ts';
import { storage } from './settings/storage.ts';
import { telemetry } from './settings/telemetry.ts';
import { validation } from './settings/validation.ts';
import { parseTokenIssuers } from './sign-in.ts';

/** Thrown when the environment is wrong: one clear line for each wrong variable. */
export class ConfigError extends Error {
  constructor(lines: string[]) {
    super(lines.join('\n'));
    this.name = 'ConfigError';
  }
}

/** Every variable, in the groups that documents show. */
export const SETTING_GROUPS = {
  Server: server,
  'Requests and limits': requests,
  'Databases and files': storage,
  'Uploaded files': files,
  'Company and sign-in': company,
  'Plans and billing': billing,
  'Models and embeddings': models,
  Conversations: context,
  Langfuse: langfuse,
  'Sources of facts': sources,
  Jobs: jobs,
  'Webhooks and live events': events,
  'Assistants (MCP)': mcp,
  'E-mail': mail,
  Notifications: notifications,
  Validation: validation,
  'Floating licences': licences,
  Telemetry: telemetry,
};

/** Every variable: what it takes, its default and what it is for. */
export const settings = z.object({
  ...server,
  ...requests,
  ...storage,
  ...files,
  ...company,
  ...billing,
  ...models,
  ...context,
  ...langfuse,
  ...sources,
  ...jobs,
  ...events,
  ...mcp,
  ...mail,
  ...notifications,
  ...validation,
  ...licences,
  ...telemetry,
});

/** Every setting of the process, parsed once. */
export type Config = Readonly<z.output<typeof settings>>;

/** Names under which other deployments know a setting. */
const OTHER_NAMES = { S3_BUCKET_NAME: 'OBJECTS_BUCKET' } as const;

/** The environment with each setting under our name, where only another name of it is set. */
function withOtherNames(env: Record<string, string | undefined>): Record<string, string | undefined> {
  const known = { ...env };
  for (const [other, name] of Object.entries(OTHER_NAMES)) known[name] ??= env[other];
  return known;
}

/**
 * Parses the environment. Empty variables count as not set.
 * @throws {ConfigError} one line for each wrong variable, without its value.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = withOtherNames(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== '')),
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
    ...(given.REDIS_URL && given.UPSTASH_REDIS_REST_URL
      ? ['REDIS_URL must not be set beside UPSTASH_REDIS_REST_URL: one Redis counts']
      : []),
    ...(given.LICENCE_SEATS === 'redis' && !given.UPSTASH_REDIS_REST_URL
      ? needs('REDIS_URL', 'or UPSTASH_REDIS_REST_URL is needed because LICENCE_SEATS is redis')
      : []),
    ...(given.LICENCE_SIGNING?.startsWith('kms')
      ? needs('LICENCE_KMS_KEY', `is needed because LICENCE_SIGNING is ${given.LICENCE_SIGNING}`)
      : []),
    ...(given.BILLING === 'stripe'
      ? ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_PRICE_PRO'].flatMap((name) =>
          needs(name, 'is needed because BILLING is stripe'),
        )
      : []),
    ...modeFaults(given),
    ...regionFaults(given),
    ...['OBJECTS_ENDPOINT', 'OBJECTS_AUDIT_BUCKET']
      .filter((name) => given[name])
      .flatMap((name) => needs('OBJECTS_BUCKET', because(name))),
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
    ...(given.TWILIO_ACCOUNT_SID
      ? ['TWILIO_AUTH_TOKEN', 'TWILIO_FROM'].flatMap((name) => needs(name, because('TWILIO_ACCOUNT_SID')))
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

/** What an installation that is part of another platform must and must not have, or one that is not. */
function modeFaults(given: Record<string, string | undefined>): string[] {
  if (given.DEPLOY_MODE !== 'integrated')
    return [
      ...(givesAnyCompany(given.TOKEN_ISSUERS)
        ? ['TOKEN_ISSUERS must not have "tenants": "any" unless DEPLOY_MODE is integrated']
        : []),
      ...(given.PLATFORM_HEADER ? ['PLATFORM_HEADER must not be set unless DEPLOY_MODE is integrated'] : []),
    ];
  const why = 'because DEPLOY_MODE is integrated';
  return [
    ...((given.TOKEN_ISSUERS && given.TOKEN_ISSUERS.trim() !== '[]') || given.PLATFORM_HEADER
      ? []
      : [`TOKEN_ISSUERS or PLATFORM_HEADER is needed ${why}`]),
    ...['SIGN_IN_PROVIDERS', 'BOOTSTRAP_ADMIN_EMAIL']
      .filter((name) => given[name] && given[name] !== '[]')
      .map((name) => `${name} must not be set ${why}: people sign in through the other platform`),
    ...(given.SIGN_UP === 'on' ? [`SIGN_UP must be off ${why}: the other platform has the companies`] : []),
    ...(given.BILLING === 'stripe' ? [`BILLING must be off ${why}: the other platform bills`] : []),
  ];
}

function givesAnyCompany(issuers = '[]'): boolean {
  try {
    return parseTokenIssuers(issuers).some(({ tenants }) => tenants === 'any');
  } catch {
    return false;
  }
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

/** Root of a server at an address of ours; an IPv6 address is written in brackets. */
export function urlOf(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
