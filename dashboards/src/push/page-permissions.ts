import type { App, Group } from '../build/model.ts';
import type { PushedApp } from './apps.ts';
import { type ToolJet, ToolJetError } from './tooljet.ts';

/** An app on the server, and how it is written. */
type Shown = Pick<PushedApp, 'id' | 'definition'> & { app: App };

interface Permission {
  type?: string;
  groups?: { permissionGroupsId?: string; permissionGroup?: { id: string } }[];
}

/**
 * Restricts the pages that are not for everybody who may open their app. Only newer servers with a licence have
 * permissions of pages; elsewhere that is said, and the roles of the API are what protects, as everywhere.
 */
export async function pushPagePermissions(toolJet: ToolJet, pushed: readonly Shown[]): Promise<string[]> {
  const restricted = pushed.flatMap(({ app }) =>
    app.pages.filter(({ allowed }) => allowed).map(({ name }) => `"${name}" of ${app.name}`),
  );
  try {
    const listed = (await toolJet.call('GET', '/v2/group-permissions')) as {
      groupPermissions?: { id: string; name: Group }[];
    };
    const ids = new Map(listed.groupPermissions?.map(({ id, name }) => [name, id]));
    const lines: string[] = [];
    for (const one of pushed) lines.push(...(await restrictPages(toolJet, one, ids)));
    return lines;
  } catch (error) {
    if (!(error instanceof ToolJetError) || error.status === 0 || error.status >= 500) throw error;
    return [
      `this server cannot restrict pages (${error.message}); the API still denies unauthorized data on ${restricted.join(', ')}`,
    ];
  }
}

async function restrictPages(
  toolJet: ToolJet,
  { app, id, definition }: Shown,
  ids: ReadonlyMap<Group, string>,
): Promise<string[]> {
  const lines: string[] = [];
  for (const { handle, name, allowed } of app.pages) {
    const pageId = definition.pages.find((page) => page.handle === handle)?.id;
    if (!allowed || !pageId) continue;
    const groups = allowed.flatMap((group) => ids.get(group) ?? []);
    const path = `/app-permissions/${id}/pages/${pageId}`;
    const [known] = [(await toolJet.call('GET', path)) as Permission | Permission[] | undefined].flat();
    const body = { type: 'GROUP', groups };
    if (!known?.type) await toolJet.call('POST', path, body);
    else if (groupsOf(known) !== groups.toSorted().join()) await toolJet.call('PUT', path, body);
    lines.push(`page "${name}" of ${app.name} is restricted to ${allowed.join(', ')}`);
  }
  return lines;
}

function groupsOf({ groups = [] }: Permission): string {
  return groups
    .map(({ permissionGroupsId, permissionGroup }) => permissionGroup?.id ?? permissionGroupsId ?? '')
    .toSorted()
    .join();
}
