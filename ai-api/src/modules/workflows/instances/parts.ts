import type { Logger } from 'pino';
import type { Invoker } from '../../../http/invoker.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Decisions } from '../../ai/decisions/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Templates } from '../templates/index.ts';
import type { Arrived } from './deliver.ts';

/** Moments at which a test holds a workflow until its process is killed: between them everything is one transaction. */
export type CrashPoint =
  | 'step claimed'
  | 'step acted'
  | 'step settled'
  | 'undo claimed'
  | 'undo acted'
  | 'undo settled';

/**
 * Is called at each moment, in the middle of the work, which goes on when it resolves. What it throws ends the work as
 * the end of a process does.
 */
export type AtPoint = (
  point: CrashPoint,
  where: { instanceId: string; path: string; reference: string | null },
) => void | Promise<void>;

/** What instances are driven with. */
export interface WorkflowParts {
  database: Database;
  jobs: Jobs;
  events: Events;
  templates: Templates;
  invoker: Invoker;
  identity: Pick<Identity, 'principalNow'>;
  people: Pick<People, 'findBuilder' | 'findBuilders'>;
  decisions: Pick<Decisions, 'create'>;
  notifications: Pick<Notifications, 'notify'>;
  log: Logger;
  now: () => Date;
  /** For how long a process may be silent before its steps are taken over. */
  leaseSeconds: number;
  atPoint: AtPoint;
}

export const ADVANCE_QUEUE = 'workflow.advance';
export const ROLLBACK_QUEUE = 'workflow.rollback-incomplete';

/** One job drives one instance as far as it goes without waiting. */
export interface AdvanceJob {
  tenantId: string;
  instanceId: string;
  arrived?: Arrived;
}
