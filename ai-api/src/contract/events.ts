import { decisionEvents, validationEvents } from './events/ai.ts';
import { commitEvents, conversationEvents } from './events/context.ts';
import { licenceEvents } from './events/licences.ts';
import { evaluationEvents, managerEvents } from './events/manager.ts';
import { notificationEvents, planEvents, platformEvents } from './events/shared.ts';
import { workflowEvents } from './events/workflows.ts';

/** What happens in the platform and may be subscribed to, by type. */
export const events = {
  ...commitEvents,
  ...evaluationEvents,
  ...decisionEvents,
  ...managerEvents,
  ...conversationEvents,
  ...licenceEvents,
  ...workflowEvents,
  ...notificationEvents,
  ...validationEvents,
  ...planEvents,
  ...platformEvents,
} as const;

export type EventType = keyof typeof events;
export const EVENT_TYPES = Object.keys(events) as [EventType, ...EventType[]];
