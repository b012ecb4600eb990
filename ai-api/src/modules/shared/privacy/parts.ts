import type { LangfuseClient } from '@ai-manager/langfuse/client';
import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { NamedPersonalData } from '../../../platform/personal-data.ts';
import type { Accesses } from '../accesses/index.ts';
import type { Events } from '../events/index.ts';
import type { Files } from '../files/index.ts';
import type { Identity } from '../identity/index.ts';
import type { Notifications } from '../notifications/index.ts';
import type { People } from '../people/index.ts';
import type { Plans } from '../plans/index.ts';

/** A moment of an erasure at which a test may end the process, such as `erase people`. */
export type AtErasure = (step: string) => void;

/** What the module is built from. */
export interface Needs {
  database: Database;
  jobs: Jobs;
  files: Files;
  events: Events;
  identity: Identity;
  accesses: Pick<Accesses, 'isRecorded'>;
  people: People;
  plans: Pick<Plans, 'terms'>;
  notifications: Notifications;
  personalData: () => readonly NamedPersonalData[];
  langfuse: LangfuseClient | null;
  clock: Clock;
  log: Logger;
  config: Pick<Config, 'BACKUP_DAYS'>;
  atErasure: AtErasure;
}

export interface Parts extends Omit<Needs, 'clock' | 'personalData'> {
  now: () => Date;
  hooks: () => readonly NamedPersonalData[];
}

/** The queue of exports and erasures. */
export const REQUEST_QUEUE = 'privacy.request';

export interface RequestJob {
  tenantId: string;
  requestId: string;
}
