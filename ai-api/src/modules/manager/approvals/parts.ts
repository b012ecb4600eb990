import type { StoreJudgement } from '../../../judgement/index.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Notices } from '../../ai/notices/index.ts';
import type { Prompts } from '../../ai/prompts/index.ts';
import type { Files } from '../../shared/files/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Announcer } from './announce.ts';
import type { IsKnown } from './groups.ts';

/** What every part of the service is built of. */
export interface Parts {
  database: Database;
  people: People;
  files: Files;
  dashboards: Dashboards;
  announce: Announcer;
  prompts: Prompts;
  storeJudgement: StoreJudgement;
  /** Why no engine may judge a builder who was not informed. */
  whyWithheld: Notices['whyWithheld'];
  /** Enqueues the triage of a request with the transaction. */
  enqueueTriage(transaction: TenantTransaction, tenantId: string, approvalId: string): Promise<void>;
  /** Whether anyone of the company has an e-mail address. */
  isKnown: IsKnown;
  onJudged(kind: string, engine: string): void;
  now(): Date;
}
