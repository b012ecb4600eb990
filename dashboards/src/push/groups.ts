import type { ToolJet } from './tooljet.ts';
import { ToolJetError } from './tooljet.ts';

interface Group {
  id: string;
  name: string;
}

/**
 * Makes each group and lets it open its app. A server or licence without groups is no failure: it is said,
 * for somebody to share the apps by hand.
 */
export async function pushGroups(
  toolJet: ToolJet,
  shares: readonly { group: string; appId: string; appName: string }[],
): Promise<string[]> {
  try {
    const listed = (await toolJet.call('GET', '/v2/group-permissions')) as { groupPermissions?: Group[] };
    const lines: string[] = [];
    for (const share of shares) lines.push(await shareApp(toolJet, listed.groupPermissions ?? [], share));
    return lines;
  } catch (error) {
    if (!(error instanceof ToolJetError) || error.status === 0 || error.status >= 500) throw error;
    return [`groups were not set, this server refuses it (${error.message}): share the apps in ToolJet`];
  }
}

async function shareApp(
  toolJet: ToolJet,
  groups: readonly Group[],
  { group, appId, appName }: { group: string; appId: string; appName: string },
): Promise<string> {
  const known = groups.find(({ name }) => name === group);
  const { id } = known ?? ((await toolJet.call('POST', '/v2/group-permissions', { name: group })) as Group);
  const base = `/v2/group-permissions/${id}/granular-permissions`;
  const permissions = ((await toolJet.call('GET', base)) ?? []) as { id: string; name: string }[];
  const wanted = permissions.find(({ name }) => name === appName);
  if (wanted) await toolJet.call('DELETE', `/v2/group-permissions/granular-permissions/app/${wanted.id}`);
  await toolJet.call('POST', `${base}/app`, {
    name: appName,
    groupId: id,
    isAll: false,
    type: 'app',
    createResourcePermissionObject: {
      canEdit: false,
      canView: true,
      hideFromDashboard: false,
      resourcesToAdd: [{ appId }],
    },
  });
  return `group ${group} may open ${appName}`;
}
