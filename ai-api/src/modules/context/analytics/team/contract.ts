import { z } from 'zod';
import { operation, resource } from '../../../../contract/operation.ts';
import { isoWeek } from '../../../../contract/schemas.ts';
import { adoption, assistants, mine, repositories, velocity } from './schema.ts';

/** Who sees groups of five people and more. */
export const READERS = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const EVERYONE = ['admin', 'executive', 'builder', 'ops', 'reviewer', 'readonly'] as const;

const weeks = {
  to: isoWeek.optional().describe('The last week; defaults to the newest that is over'),
  weeks: z.coerce.number().int().min(1).max(26).default(8),
};
const CAUTION =
  'Whole weeks, fixed groups, and no filters: so that no difference of two answers is about fewer than five people.';

export const analytics = resource({
  id: 'analytics',
  name: 'Analytics',
  description: 'How teams work with coding assistants. Correlation, not cause; no person is ranked.',
  operations: {
    velocity: operation({
      method: 'GET',
      path: '/analytics/team/velocity',
      summary: 'Show figures of the company and of its teams',
      description: `Conversations that led to commits, commits with a link, acceptance of edits, cost, time to the first commit; commits with and without a link side by side. ${CAUTION}`,
      access: READERS,
      feature: 'analytics.team',
      input: z.object(weeks),
      output: velocity,
    }),
    adoption: operation({
      method: 'GET',
      path: '/analytics/team/adoption',
      summary: 'Show how many people work with assistants',
      description: CAUTION,
      access: READERS,
      feature: 'analytics.team',
      input: z.object(weeks),
      output: adoption,
    }),
    assistants: operation({
      method: 'GET',
      path: '/analytics/team/assistants',
      summary: 'Show the tools and models in use',
      description: CAUTION,
      access: READERS,
      feature: 'analytics.team',
      input: z.object(weeks),
      output: assistants,
    }),
    repositories: operation({
      method: 'GET',
      path: '/analytics/team/repositories',
      summary: 'Show commits with a link and their cost by repository',
      description: CAUTION,
      access: READERS,
      feature: 'analytics.team',
      input: z.object(weeks),
      output: repositories,
    }),
    mine: operation({
      method: 'GET',
      path: '/analytics/me',
      summary: 'Show your own figures',
      description: 'To yourself alone. The calling key or person is the one whose figures are shown.',
      access: EVERYONE,
      own: 'anyone',
      input: z.object(weeks),
      output: mine,
    }),
    compute: operation({
      method: 'POST',
      path: '/analytics/compute',
      summary: 'Compute figures again',
      description: 'What changed since the last time, as each hour; or everything that is not final.',
      access: ['admin', 'ops'],
      input: z.object({ whole: z.boolean().default(false) }),
      output: z
        .object({
          conversations: z.number().int(),
          days: z.number().int(),
          repositories: z.number().int(),
        })
        .meta({ id: 'FiguresComputed' }),
    }),
  },
});
