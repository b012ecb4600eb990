/** `waiting`: for time, an event, a signal, a person or an agent. */
export const INSTANCE_STATES = [
  'queued',
  'running',
  'waiting',
  'paused',
  'completed',
  'compensating',
  'compensated',
  'compensation_failed',
  'failed',
  'cancelled',
] as const;

/** `pending`: other steps with the same concurrency key come first. */
export const TASK_STATES = [
  'pending',
  'running',
  'waiting',
  'retrying',
  'succeeded',
  'skipped',
  'failed',
  'cancelled',
] as const;

/** `resolved`: a person undid it by hand. */
export const UNDO_STATES = [
  'pending',
  'running',
  'retrying',
  'succeeded',
  'nothing_to_undo',
  'failed',
  'resolved',
] as const;

/** States in which nothing happens by itself any more. */
export const ENDED: readonly string[] = [
  'completed',
  'compensated',
  'compensation_failed',
  'failed',
  'cancelled',
];
/** States in which a step has not ended. */
export const OPEN: readonly string[] = ['pending', 'running', 'waiting', 'retrying'];
