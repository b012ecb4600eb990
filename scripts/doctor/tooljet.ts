import { readExports } from '../../dashboards/src/files.ts';
import { type InspectedToolJet, inspectToolJet } from '../../dashboards/src/push/index.ts';
import type { ToolJetAccount } from '../../dashboards/src/push/tooljet.ts';
import type { ApiAccess } from './api.ts';
import { fault, ok, orFault, type Row, unused, warning } from './row.ts';

const PUSH = 'Run npm run dashboards -- push.';
const TIMEOUT_MS = 10_000;

/** The plugins, apps and members of a ToolJet. */
export function toolJetRows(account: ToolJetAccount | null, api: ApiAccess): Promise<Row[]> {
  if (!account)
    return Promise.resolve([
      unused('ToolJet', 'Not checked: set TOOLJET_URL, TOOLJET_EMAIL and TOOLJET_PASSWORD.'),
    ]);
  return orFault('ToolJet', 'Start ToolJet, and check TOOLJET_URL and its account.', async () => {
    const exports = await readExports();
    const found = await inspectToolJet({ account, exports, api: { url: api.url, key: api.key ?? '' } });
    const plugins = await Promise.all([...found.plugins].map((plugin) => pluginRow(plugin, api.url)));
    return [
      ok('ToolJet', `${found.version} at ${account.url}`),
      ...plugins,
      ...appRows(found),
      ...memberRows(found),
    ];
  });
}

/** ToolJet has to have what the API serves: a plugin of another version calls operations that do not exist. */
async function pluginRow([id, installed]: [string, string | null], apiUrl: string): Promise<Row> {
  const name = `plugin ${id}`;
  if (installed === null) return fault(name, 'It is not installed.', PUSH);
  const response = await fetch(`${apiUrl}/marketplace-assets/${id}/package.json`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok)
    return warning(
      name,
      `${installed}; the API does not serve it`,
      'Build it with npm run build -w tooljet-plugins, and check TOOLJET_PLUGINS_DIR.',
    );
  const { version } = (await response.json()) as { version: string };
  if (version === installed) return ok(name, installed);
  return fault(name, `ToolJet has ${installed}, and the API serves ${version}.`, PUSH);
}

function appRows({ apps }: InspectedToolJet): Row[] {
  return [...apps].map(([app, differences]) => {
    const name = `app ${app}`;
    if (differences === null) return fault(name, 'It is not on the server.', PUSH);
    if (differences.length === 0) return ok(name, 'It matches its export.');
    const cure = 'See npm run dashboards -- diff; then pull it, or push over it.';
    return warning(name, `${differences.length} differences, such as: ${differences[0]}`, cure);
  });
}

function memberRows({ unlinked }: InspectedToolJet): Row[] {
  if (unlinked.size === 0) return [ok('people of ToolJet', 'Every member is linked to their user.')];
  return [...unlinked].map(([email, why]) =>
    warning(`person ${email}`, `${email} ${why}.`, `Create the user with user.create if needed. ${PUSH}`),
  );
}
