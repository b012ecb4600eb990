/** How people are reached. */
export const CHANNELS = ['email', 'sms', 'webhook', 'inbox'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What notifications are about, as people choose among them. */
export const CATEGORIES = [
  'general',
  'evaluations',
  'decisions',
  'time',
  'reports',
  'workflows',
  'licences',
  'operations',
] as const;
export type Category = (typeof CATEGORIES)[number];

export const CHOICES = ['on', 'off', 'digest'] as const;
export type Choice = (typeof CHOICES)[number];

/** States of a delivery. */
export const STATES = [
  'pending',
  'deferred',
  'batched',
  'sending',
  'sent',
  'delivered',
  'digested',
  'failed',
  'unknown',
  'suppressed',
  'skipped',
] as const;

export const SUPPRESSION_REASONS = ['bounce', 'complaint', 'stop', 'added'] as const;

export const PHONE = /^\+[1-9]\d{6,14}$/;

/** Notifications are kept at least so long: links to unsubscribe and answers such as STOP find their company by them. */
export const MIN_RETENTION_DAYS = 60;
