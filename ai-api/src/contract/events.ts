import { z } from 'zod';
import { id, isoWeek, timestamp } from './schemas.ts';

/** What happens in the platform and may be subscribed to, by type. */
export const events = {
  'evaluation.run.completed': {
    title: 'Evaluation run completed',
    description: 'Every builder of a weekly run was judged or reported as failed.',
    data: z.object({
      runId: id,
      week: isoWeek,
      judged: z.number().int(),
      failed: z.number().int(),
      projects: z.number().int(),
      engine: z.enum(['rules', 'model']),
      completedAt: timestamp,
    }),
  },
} as const;

export type EventType = keyof typeof events;
export const EVENT_TYPES = Object.keys(events) as [EventType, ...EventType[]];
