/** Approver groups as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((group) => ({
      groupId: group.groupId,
      name: group.name,
      team: group.team ?? 'all other teams',
      kind: group.escalation ? 'after escalation' : 'first',
      members: group.members.join(', '),
    })),
  };
}
