interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  environment?: Record<string, string>;
  command?: string[];
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}

/** The part of a compose file that is checked. */
export interface Compose {
  services: Record<string, Service>;
  volumes?: Record<string, unknown>;
}

/** What is known outside of the file. */
export interface ComposeFacts {
  /** Names of the API's settings. */
  settings: ReadonlySet<string>;
  /** Variables that `.env.example` has. */
  variables: ReadonlySet<string>;
  /** Dockerfiles whose image knows when it is healthy. */
  healthy: ReadonlySet<string>;
  exists(path: string): boolean;
}

/** Variables that a service cannot do without. */
const NEEDED: Record<string, string[]> = {
  langfuse:
    'DATABASE_URL NEXTAUTH_URL NEXTAUTH_SECRET SALT ENCRYPTION_KEY CLICKHOUSE_URL CLICKHOUSE_MIGRATION_URL CLICKHOUSE_USER CLICKHOUSE_PASSWORD REDIS_HOST REDIS_AUTH LANGFUSE_S3_EVENT_UPLOAD_BUCKET LANGFUSE_S3_MEDIA_UPLOAD_BUCKET LANGFUSE_INIT_ORG_ID LANGFUSE_INIT_PROJECT_PUBLIC_KEY LANGFUSE_INIT_PROJECT_SECRET_KEY'.split(
      ' ',
    ),
  'langfuse-worker':
    'DATABASE_URL SALT ENCRYPTION_KEY CLICKHOUSE_URL CLICKHOUSE_USER CLICKHOUSE_PASSWORD REDIS_HOST REDIS_AUTH LANGFUSE_S3_EVENT_UPLOAD_BUCKET'.split(
      ' ',
    ),
  n8n: 'N8N_ENCRYPTION_KEY DB_TYPE DB_POSTGRESDB_HOST DB_POSTGRESDB_PASSWORD WEBHOOK_URL'.split(' '),
  tooljet:
    'TOOLJET_HOST LOCKBOX_MASTER_KEY SECRET_KEY_BASE PG_HOST PG_DB PG_USER PG_PASS TOOLJET_DB PGRST_HOST PGRST_JWT_SECRET REDIS_HOST TOOLJET_MARKETPLACE_URL'.split(
      ' ',
    ),
  postgrest: 'PGRST_DB_URI PGRST_JWT_SECRET PGRST_SERVER_PORT'.split(' '),
  clickhouse: 'CLICKHOUSE_USER CLICKHOUSE_PASSWORD'.split(' '),
  minio: 'MINIO_ROOT_USER MINIO_ROOT_PASSWORD'.split(' '),
  postgres: 'POSTGRES_USER POSTGRES_PASSWORD'.split(' '),
};
const API = ['api', 'worker'];
const OF_THE_SDK = /^AWS_/;

/** Every fault of a compose file, each with the name of its service. */
export function composeFaults(compose: Compose, facts: ComposeFacts): string[] {
  const names = Object.keys(compose.services);
  const faults = Object.entries(compose.services).flatMap(([name, service]) =>
    [
      ...imageFaults(service, facts),
      ...variableFaults(name, service, facts),
      ...dependencyFaults(service, compose, facts),
      ...volumeFaults(service, compose, facts),
      ...hostFaults(service, names),
      ...portFaults(service),
    ].map((fault) => `${name} ${fault}`),
  );
  return [...faults, ...twice(compose)];
}

function imageFaults({ image = '', build }: Service, { exists }: ComposeFacts): string[] {
  if (build) return exists(build.dockerfile) ? [] : [`has no ${build.dockerfile}`];
  const plain = image.replace(/^\$\{\w+:-(.+)\}$/, '$1');
  return isPinned(plain) ? [] : [`has an image that is not pinned: ${plain}`];
}

/** A digest, or a tag that names one release: `7.4.6-alpine`, not `latest`, `7` or `lts`. */
export function isPinned(image: string): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? '';
  return /\d+\.\d+\.\d+|\d{4}-\d{2}-\d{2}T/.test(tag);
}

function variableFaults(name: string, service: Service, { settings, variables }: ComposeFacts): string[] {
  const { environment = {} } = service;
  const missing = (NEEDED[name] ?? []).filter((needed) => !environment[needed]);
  const unknown = API.includes(name)
    ? Object.keys(environment).filter((variable) => !settings.has(variable) && !OF_THE_SDK.test(variable))
    : [];
  const used = [...JSON.stringify(service).matchAll(/(?<!\$)\$\{(\w+)(:-)?/g)];
  const undefinedOnes = used.filter(
    ([, variable = '', hasDefault]) => !hasDefault && !variables.has(variable),
  );
  return [
    ...missing.map((variable) => `needs ${variable}`),
    ...unknown.map((variable) => `sets ${variable}, which is not a setting of the API`),
    ...undefinedOnes.map(([, variable]) => `uses ${variable}, which .env.example does not have`),
  ];
}

function dependencyFaults(
  { depends_on = {} }: Service,
  { services }: Compose,
  { healthy }: ComposeFacts,
): string[] {
  return Object.entries(depends_on).flatMap(([other, { condition }]) => {
    const found = services[other];
    if (!found) return [`waits for ${other}, which does not exist`];
    const tellsHealth = found.healthcheck || (found.build && healthy.has(found.build.dockerfile));
    return condition === 'service_healthy' && !tellsHealth
      ? [`waits for the health of ${other}, which has no check`]
      : [];
  });
}

function volumeFaults({ volumes = [] }: Service, compose: Compose, { exists }: ComposeFacts): string[] {
  return volumes.flatMap((volume) => {
    const [source = ''] = volume.split(':');
    if (source.startsWith('.')) return exists(source) ? [] : [`mounts ${source}, which does not exist`];
    return compose.volumes && source in compose.volumes
      ? []
      : [`has a volume that is not declared: ${source}`];
  });
}

/** Addresses in variables: a host that is neither a service nor this machine is a slip. */
function hostFaults({ environment = {} }: Service, names: string[]): string[] {
  const urls = Object.entries(environment).filter(([, value]) => /^\w+:\/\//.test(value));
  return urls.flatMap(([variable, value]) => {
    const host = /^\w+:\/\/(?:[^@/]*@)?([\w.-]+)/.exec(value)?.[1] ?? '';
    return host === 'localhost' || names.includes(host)
      ? []
      : [`has ${host} in ${variable}, which is no service`];
  });
}

function portFaults({ ports = [] }: Service): string[] {
  return ports.filter((port) => !port.startsWith('127.0.0.1:')).map((port) => `opens ${port} to the network`);
}

function twice({ services }: Compose): string[] {
  const taken = Object.values(services).flatMap(({ ports = [] }) =>
    ports.map((port) => port.split(':').at(-2)),
  );
  return [...new Set(taken.filter((port, index) => taken.indexOf(port) !== index))].map(
    (port) => `two services take port ${port}`,
  );
}
