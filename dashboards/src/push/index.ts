import { writeFile } from 'node:fs/promises';
import { buildMarketplace } from '../../../tooljet-plugins/build.ts';
import { apps } from '../apps/index.ts';
import type { ExportedApp } from '../build/export-types.ts';
import { SOURCES } from '../build/model.ts';
import { isToolJet2 } from '../build/tooljet-2.ts';
import { exportPath, readExports } from '../files.ts';
import { definitionOf, exportsFor, findApp, pushApp, versionOf } from './apps.ts';
import { driftOf } from './drift.ts';
import { pushGroups } from './groups.ts';
import { pushPagePermissions } from './page-permissions.ts';
import { pushPeople } from './people.ts';
import { pushPlugins } from './plugins.ts';
import { accountOf, sourcesOf } from './settings.ts';
import { pushSources, type SourceOptions } from './sources.ts';
import { signIn, type ToolJetAccount } from './tooljet.ts';

export { type InspectedToolJet, type InspectOptions, inspectToolJet } from './inspect.ts';

export interface PushOptions {
  account: ToolJetAccount;
  sources: Record<string, SourceOptions>;
  marketplace: string;
  exports: readonly ExportedApp[];
  say(line: string): void;
}

/**
 * Brings a ToolJet server to what is written here: plugins first, then apps, the secrets of their data
 * sources, groups, pages that are not for all, and whom of the API each member is. Done twice it changes nothing.
 * @throws Error where the server refused; what was done until then stays, and the next push goes on
 */
export async function pushAll({ account, sources, marketplace, exports, say }: PushOptions): Promise<void> {
  const toolJet = await signIn(account);
  for (const line of await pushPlugins(toolJet, marketplace, SOURCES)) say(line);
  const shares = [];
  const pushed = [];
  for (const exported of exportsFor(await versionOf(toolJet), exports)) {
    const { name, slug } = definitionOf(exported);
    const { id, outcome, definition } = await pushApp(toolJet, exported);
    say(`${name}: ${outcome}, ${definition.dataQueries.length} queries`);
    const app = apps.find((one) => one.slug === slug);
    if (app) pushed.push({ app, id, definition });
    for (const group of app?.groups ?? []) shares.push({ group, appId: id, appName: name });
  }
  const definitions = pushed.map(({ definition }) => definition);
  for (const line of await pushSources(toolJet, definitions, sources)) say(line);
  for (const line of await pushGroups(toolJet, shares)) say(line);
  for (const line of await pushPagePermissions(toolJet, pushed)) say(line);
  for (const line of await pushPeople(toolJet, sources['ai-manager'])) say(line);
}

/** `push`, as the command line runs it. */
export async function push(env: Record<string, string | undefined>): Promise<number> {
  const account = accountOf(env);
  const marketplace = await buildMarketplace();
  const exports = await readExports();
  await pushAll({ account, sources: sourcesOf(env), marketplace, exports, say: console.log });
  return 0;
}

/** `diff`: says how the apps on a server differ. @returns 1 when they do */
export async function diff(
  account: ToolJetAccount,
  exports: readonly ExportedApp[],
  say: (line: string) => void,
) {
  const toolJet = await signIn(account);
  let found = 0;
  for (const exported of exportsFor(await versionOf(toolJet), exports)) {
    const ours = definitionOf(exported);
    const theirs = await findApp(toolJet, ours.name);
    const lines = theirs ? driftOf(ours, theirs.definition) : ['is not on the server'];
    for (const line of lines) say(`${ours.name}: ${line}`);
    for (const version of theirs?.others ?? [])
      say(`${ours.name}: version ${version} is not released and was not compared`);
    found += lines.length;
  }
  if (found === 0) say('The server matches the exports.');
  return found === 0 ? 0 : 1;
}

/** `pull`: writes the apps of a server over the exports, for `git diff` to show what was edited. */
export async function pull(
  account: ToolJetAccount,
  exports: readonly ExportedApp[],
  say: (line: string) => void,
) {
  const toolJet = await signIn(account);
  const version = await versionOf(toolJet);
  if (isToolJet2(version))
    throw new Error(`ToolJet ${version} uses older components than exports/: pull from 3.x, or use diff`);
  for (const exported of exports) {
    const { name, slug } = definitionOf(exported);
    const theirs = await findApp(toolJet, name);
    if (!theirs) {
      say(`${name} is not on the server`);
      continue;
    }
    const text = {
      app: [{ definition: { appV2: theirs.definition } }],
      tooljet_version: exported.tooljet_version,
    };
    await writeFile(exportPath(slug), `${JSON.stringify(text, null, 1)}\n`);
    say(`wrote ${exportPath(slug)}`);
  }
  return 0;
}
