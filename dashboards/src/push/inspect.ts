import { resources } from '@ai-manager/api/catalogue';
import { createClient } from '@ai-manager/api/client';
import type { ExportedApp } from '../build/export-types.ts';
import { SOURCES } from '../build/model.ts';
import { definitionOf, exportsFor, findApp, versionOf } from './apps.ts';
import { driftOf } from './drift.ts';
import { membersOf } from './people.ts';
import { installedPlugins } from './plugins.ts';
import { signIn, type ToolJet, type ToolJetAccount } from './tooljet.ts';

/** What a ToolJet server has of ours. */
export interface InspectedToolJet {
  version: string;
  /** The version of each of our plugins there; null for one that is not installed. */
  plugins: Map<string, string | null>;
  /** How each app differs from its export; null for one that is not there. */
  apps: Map<string, string[] | null>;
  /** Members for whom no plugin acts, and why. */
  unlinked: Map<string, string>;
}

export interface InspectOptions {
  account: ToolJetAccount;
  exports: readonly ExportedApp[];
  /** The API that members are people of. */
  api: { url: string; key: string };
}

/** Looks at a ToolJet server and changes nothing there. @throws {ToolJetError} when it refuses the account */
export async function inspectToolJet({ account, exports, api }: InspectOptions): Promise<InspectedToolJet> {
  const toolJet = await signIn(account, { mayCreateAdmin: false });
  const version = await versionOf(toolJet);
  const installed = await installedPlugins(toolJet);
  const apps = new Map<string, string[] | null>();
  for (const exported of exportsFor(version, exports)) {
    const ours = definitionOf(exported);
    const theirs = await findApp(toolJet, ours.name);
    apps.set(ours.name, theirs ? driftOf(ours, theirs.definition) : null);
  }
  return {
    version,
    plugins: new Map(SOURCES.map((id) => [id, installed.get(id) ?? null])),
    apps,
    unlinked: await unlinkedMembers(toolJet, api),
  };
}

async function unlinkedMembers(toolJet: ToolJet, api: InspectOptions['api']): Promise<Map<string, string>> {
  const client = createClient(resources, { baseUrl: api.url, apiKey: api.key });
  const unlinked = new Map<string, string>();
  for (const { email, status } of await membersOf(toolJet)) {
    if (status !== 'active') continue;
    const { items } = await client.user.list({ search: email, limit: 50 });
    const person = items.find((one) => one.email.toLowerCase() === email.toLowerCase());
    if (!person) unlinked.set(email, 'is not a user of AI Manager');
    else if (!person.issuers.includes('tooljet')) unlinked.set(email, 'is not linked to their user');
  }
  return unlinked;
}
