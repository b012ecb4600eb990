import { exchange, type Service } from '../../common/http.ts';
import { QueryError } from '../../common/query-error.ts';
import { apiVersion } from './routes.generated.ts';

const HOW_TO = {
  url: 'Enter the address that the API prints at startup, such as http://127.0.0.1:8000.',
  version: 'Build the plugin from the same version as the API, or update the API.',
  key: 'Enter an AI Manager API key that starts with aim_ and has not expired.',
  role: 'Ask an administrator for a key with that role, or select a role that the key has.',
};

/** What failed, as the last word of ToolJet's message. */
type Fault = keyof typeof HOW_TO;

/**
 * Tells problems of address, version, key and role apart, in this order.
 * @param role the role that the data source says its dashboards need; empty for any
 * @throws {QueryError} whose data is `url`, `version`, `key` or `role`
 */
export async function testConnection(service: Service, role: string): Promise<void> {
  const get = (path: string) => exchange(service, { method: 'GET', path, query: {} }, true);
  const health = await get('/health').catch((error: QueryError) => {
    throw fault('url', error.message, error.description);
  });
  const { version } = (health.body ?? {}) as { version?: unknown };
  if (health.status !== 200 || typeof version !== 'string') {
    throw fault('url', `${service.baseUrl} is not an AI Manager API`, `It returned HTTP ${health.status}.`);
  }
  if (line(version) !== line(apiVersion)) {
    throw fault('version', `The API is version ${version}, this plugin requires ${apiVersion}`);
  }
  const whoami = await get('/whoami');
  if (whoami.status === 401) throw fault('key', 'The API does not accept the key');
  if (whoami.status === 403) throw fault('role', 'The key cannot read its own identity');
  if (whoami.status !== 200) throw fault('url', `The API returned HTTP ${whoami.status}`);
  const { roles = [] } = (whoami.body ?? {}) as { roles?: string[] };
  if (role !== '' && !roles.includes(role) && !roles.includes('admin')) {
    throw fault('role', `The key has the roles ${roles.join(', ') || 'none'}, not ${role}`);
  }
}

function fault(kind: Fault, message: string, detail = ''): QueryError {
  return new QueryError(message, [detail, HOW_TO[kind]].filter(Boolean).join(' '), kind);
}

/** The part of a version within which nothing breaks: `0.3` of 0.3.7, `2` of 2.1.0. @see https://semver.org */
function line(version: string): string {
  const [major = '', minor = ''] = version.split('.');
  return major === '0' ? `0.${minor}` : major;
}
