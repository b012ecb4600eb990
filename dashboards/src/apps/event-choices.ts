import { EVENT_TYPES, events } from '@ai-manager/api/events';

/** Events of the platform as options of a dropdown. */
export const EVENT_CHOICES = EVENT_TYPES.map((type) => [type, `${type}: ${events[type].title}`] as const);
