/** What n8n is told through its environment (https://docs.n8n.io/hosting/configuration/environment-variables/). */
export type ServerEnvironmentOptions = {
  userFolder: string;
  port: number;
  host: string;
  brokerPort: number;
  encryptionKey: string;
  timezone: string;
  url: string;
};

/** Parts of n8n that call home or fill its screens with offers; none is needed to run workflows. */
const DISABLED_MODULES = ['mcp-registry', 'instance-ai', 'chat-hub', 'agents', 'quick-connect'];

/** Of our own environment n8n gets only this: our secrets and settings are not for workflows. */
const INHERITED = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
];

/** The whole environment of an n8n that stays on this machine and talks to nobody unasked. */
export function serverEnvironment(options: ServerEnvironmentOptions): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(inherited),
    NODE_ENV: 'production',
    N8N_USER_FOLDER: options.userFolder,
    N8N_PORT: String(options.port),
    N8N_LISTEN_ADDRESS: options.host,
    N8N_EDITOR_BASE_URL: options.url,
    N8N_WEBHOOK_URL: options.url,
    N8N_ENCRYPTION_KEY: options.encryptionKey,
    N8N_SECURE_COOKIE: String(options.url.startsWith('https:')),
    N8N_RUNNERS_BROKER_PORT: String(options.brokerPort),
    GENERIC_TIMEZONE: options.timezone,
    N8N_DIAGNOSTICS_ENABLED: 'false',
    N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
    N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
    N8N_DYNAMIC_BANNERS_ENABLED: 'false',
    N8N_HIRING_BANNER_ENABLED: 'false',
    N8N_TEMPLATES_ENABLED: 'false',
    N8N_PERSONALIZATION_ENABLED: 'false',
    N8N_HIDE_USAGE_PAGE: 'true',
    N8N_VERIFIED_PACKAGES_ENABLED: 'false',
    N8N_DISABLED_MODULES: DISABLED_MODULES.join(','),
    N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '10',
  };
}
