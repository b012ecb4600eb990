import { z } from 'zod';
import { operation, resource, STAFF } from '../../../../contract/operation.ts';
import { day, id, listOf, page, prose } from '../../../../contract/schemas.ts';

/** Who decides by their place in a group, and who says who does. */
export const deciders = ['admin', 'executive', 'builder', 'reviewer', 'ops'] as const;
export const managers = ['admin', 'executive'] as const;

const email = z.email().max(320).toLowerCase();

const group = z
  .object({
    groupId: id,
    name: z.string(),
    team: z.string().nullable().describe('Whose requests it decides; null decides for every other team'),
    escalation: z.boolean().describe('Gets requests past their deadline'),
    members: z.array(z.string()).describe('E-mail addresses'),
  })
  .meta({ id: 'ApproverGroup' });

const delegation = z
  .object({
    delegationId: id,
    fromEmail: z.string(),
    toEmail: z.string(),
    firstDay: day,
    lastDay: day,
  })
  .meta({ id: 'ApproverDelegation' });

const name = prose(1, 100);

export const approver = resource({
  id: 'approver',
  name: 'Approver',
  description: 'Who decides requests for manual time: groups by team, and delegations.',
  locate: [
    { operation: 'listGroups', id: 'groupId', shown: ['name', 'team'] },
    { operation: 'listDelegations', id: 'delegationId', shown: ['fromEmail', 'toEmail'] },
  ],
  operations: {
    listGroups: operation({
      method: 'GET',
      path: '/approver-groups',
      summary: 'List approver groups',
      access: STAFF,
      own: 'anyone',
      list: true,
      input: z.object(page),
      output: listOf(group),
    }),
    createGroup: operation({
      method: 'POST',
      path: '/approver-groups',
      summary: 'Create an approver group',
      access: managers,
      status: 201,
      input: z.object({
        name,
        team: name.optional().describe('Whose requests it decides; without one, those of every other team'),
        escalation: z.boolean().default(false),
        members: z.array(email).min(1).max(100),
      }),
      output: group,
      errors: ['CONFLICT'],
    }),
    updateGroup: operation({
      method: 'PATCH',
      path: '/approver-groups/{groupId}',
      summary: 'Change an approver group',
      access: managers,
      input: z.object({
        groupId: id,
        name: name.optional(),
        escalation: z.boolean().optional(),
        members: z.array(email).min(1).max(100).optional(),
      }),
      output: group,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    deleteGroup: operation({
      method: 'DELETE',
      path: '/approver-groups/{groupId}',
      summary: 'Delete an approver group',
      description: 'Its open requests go to the group of all other teams, or to executives.',
      access: managers,
      status: 204,
      input: z.object({ groupId: id }),
      output: z.void(),
      errors: ['NOT_FOUND'],
    }),
    listDelegations: operation({
      method: 'GET',
      path: '/approver-delegations',
      summary: 'List delegations',
      access: STAFF,
      own: 'anyone',
      list: true,
      input: z.object(page),
      output: listOf(delegation),
    }),
    delegate: operation({
      method: 'POST',
      path: '/approver-delegations',
      summary: 'Delegate your decisions while you are away',
      access: deciders,
      own: 'anyone',
      status: 201,
      input: z.object({
        toEmail: email,
        firstDay: day,
        lastDay: day,
        fromEmail: email
          .optional()
          .describe('On behalf of another person; for administrators and executives'),
      }),
      output: delegation,
      errors: ['APPROVAL_NOT_YOURS'],
    }),
    endDelegation: operation({
      method: 'DELETE',
      path: '/approver-delegations/{delegationId}',
      summary: 'End a delegation',
      access: deciders,
      own: 'anyone',
      status: 204,
      input: z.object({ delegationId: id }),
      output: z.void(),
      errors: ['NOT_FOUND', 'APPROVAL_NOT_YOURS'],
    }),
  },
});
