/** What a job may be, in our words; `dead` is one that used up its attempts and was kept. */
export const JOB_STATES = ['queued', 'retrying', 'running', 'completed', 'cancelled', 'dead'] as const;
export type JobState = (typeof JOB_STATES)[number];
