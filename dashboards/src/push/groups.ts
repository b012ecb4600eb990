import type { ToolJet } from './tooljet.ts';
import { ToolJetError } from './tooljet.ts';

interface Group {
  id: string;
  name: string;
}

interface Share {
  group: string;
  appId: string;
  appName: string;
}

/** How a version of ToolJet keeps groups. */
interface Groups {
  listed: readonly Group[];
  create(name: string): Promise<string>;
  share(groupId: string, share: Share): Promise<void>;
  /** Roles that may open every app whatever group they are in, a line each. */
  openToAll(): Promise<string[]>;
}

/**
 * Makes each group and lets it open its app. A server or licence without groups is no failure: it is said,
 * for somebody to share the apps by hand.
 */
export async function pushGroups(toolJet: ToolJet, shares: readonly Share[]): Promise<string[]> {
  try {
    const groups = await groupsOf(toolJet);
    const ids = new Map(groups.listed.map(({ name, id }) => [name, id]));
    const lines: string[] = [];
    for (const share of shares) {
      const id = ids.get(share.group) ?? (await groups.create(share.group));
      ids.set(share.group, id);
      await groups.share(id, share);
      lines.push(`group ${share.group} can open ${share.appName}`);
    }
    return [...lines, ...(await groups.openToAll())];
  } catch (error) {
    if (!(error instanceof ToolJetError) || error.status === 0 || error.status >= 500) throw error;
    return [
      `groups were not set because this server rejects it (${error.message}): share the apps in ToolJet`,
    ];
  }
}

async function groupsOf(toolJet: ToolJet): Promise<Groups> {
  const listed = (await toolJet.callFirst('GET', ['/v2/group-permissions', '/group_permissions'])) as {
    groupPermissions?: Group[];
    group_permissions?: { id: string; group: string }[];
  };
  if (!listed.group_permissions) return newerGroups(toolJet, listed.groupPermissions ?? []);
  return olderGroups(
    toolJet,
    listed.group_permissions.map(({ id, group }) => ({ id, name: group })),
  );
}

function newerGroups(toolJet: ToolJet, listed: readonly Group[]): Groups {
  const path = '/v2/group-permissions';
  return {
    listed,
    create: async (name) => ((await toolJet.call('POST', path, { name })) as Group).id,
    share: async (id, { appId, appName }) => {
      const base = `${path}/${id}/granular-permissions`;
      const permissions = ((await toolJet.call('GET', base)) ?? []) as Group[];
      const old = permissions.find(({ name }) => name === appName);
      if (old) await toolJet.call('DELETE', `${path}/granular-permissions/app/${old.id}`);
      await toolJet.call('POST', `${base}/app`, {
        name: appName,
        groupId: id,
        isAll: false,
        type: 'app',
        createResourcePermissionObject: {
          canEdit: false,
          canView: true,
          hideFromDashboard: false,
          // Of later versions; earlier ones leave them out of account.
          canAccessDevelopment: false,
          canAccessStaging: false,
          canAccessProduction: false,
          canAccessReleased: true,
          resourcesToAdd: [{ appId }],
        },
      });
    },
    openToAll: async () => {
      const role = listed.find(({ name }) => name === END_USER);
      if (!role) return [];
      const permissions = ((await toolJet.call('GET', `${path}/${role.id}/granular-permissions`)) ??
        []) as Granular[];
      const isOpen = permissions.some(({ type, isAll }) => isAll === true && (type ?? 'app') === 'app');
      return isOpen
        ? [`the role ${END_USER} may open every app: narrow its permission for apps in ToolJet`]
        : [];
    },
  };
}

/** The role that every member of a workspace of ToolJet 3 has; a new workspace lets it view all apps. */
const END_USER = 'end-user';

interface Granular {
  type?: string;
  isAll?: boolean;
}

/** ToolJet 2.27: a group lists its apps, and a new one does not tell its id. */
function olderGroups(toolJet: ToolJet, listed: readonly Group[]): Groups {
  const path = '/group_permissions';
  return {
    listed,
    create: async (group) => {
      await toolJet.call('POST', path, { group });
      const { group_permissions: all = [] } = (await toolJet.call('GET', path)) as {
        group_permissions?: { id: string; group: string }[];
      };
      const id = all.find((one) => one.group === group)?.id;
      if (!id) throw new ToolJetError(`ToolJet did not save the group ${group}`, 409);
      return id;
    },
    openToAll: async () => [],
    share: async (id, { appId }) => {
      const { apps = [] } = (await toolJet.call('GET', `${path}/${id}/apps`)) as { apps?: { id: string }[] };
      if (!apps.some((app) => app.id === appId))
        await toolJet.call('PUT', `${path}/${id}`, { add_apps: [appId] });
    },
  };
}
