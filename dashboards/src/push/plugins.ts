import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToolJet } from './tooljet.ts';

interface Installed {
  id: string;
  pluginId?: string;
  plugin_id?: string;
  version?: string;
}

/**
 * Installs the plugins that are missing and updates those of another version. Listed first, because ToolJet
 * 2.27 installs a plugin twice without a word.
 * @param marketplace folder that `npm run build -w tooljet-plugins` wrote
 * @returns what was done to each
 */
export async function pushPlugins(
  toolJet: ToolJet,
  marketplace: string,
  ids: readonly string[],
): Promise<string[]> {
  const installed = await listInstalled(toolJet);
  const lines: string[] = [];
  for (const id of ids) {
    const about = JSON.parse(await readFile(join(marketplace, id, 'package.json'), 'utf8'));
    const body = { id, name: about.title, description: about.description, version: about.version };
    const known = installed.find((one) => (one.pluginId ?? one.plugin_id) === id);
    if (!known) {
      await toolJet.call('POST', '/plugins/install', body);
      lines.push(`plugin ${id} ${body.version} installed`);
    } else if (known.version === body.version) {
      lines.push(`plugin ${id} ${body.version} is already installed`);
    } else {
      await toolJet.call('PATCH', `/plugins/${known.id}`, { ...body, pluginId: id });
      lines.push(`plugin ${id} updated to ${body.version}: restart ToolJet to load the new code`);
    }
  }
  return lines;
}

/** Versions of the plugins that a server has, by the id that ToolJet knows them by. */
export async function installedPlugins(toolJet: ToolJet): Promise<Map<string, string>> {
  const installed = await listInstalled(toolJet);
  return new Map(
    installed.map(({ pluginId, plugin_id, version = '' }) => [pluginId ?? plugin_id ?? '', version]),
  );
}

async function listInstalled(toolJet: ToolJet): Promise<Installed[]> {
  return ((await toolJet.call('GET', '/plugins')) ?? []) as Installed[];
}
