import type { Logger } from 'pino';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Mailer } from '../../../platform/mail/index.ts';
import type { OutboundGuard } from '../../../platform/outbound/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import type { Events } from '../events/index.ts';
import type { Identity } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import type { Twilio } from './channels/twilio.ts';
import type { Catalogue } from './templates/catalogue.ts';
import type { UnsubscribeLinks } from './unsubscribe.ts';

/** Moments of a delivery at which a test ends the process: between them everything is one transaction. */
export type DeliveryPoint = 'claimed' | 'acted' | 'settled';

/** Is called at each moment; what it throws ends the work as the end of a process does. */
export type AtDelivery = (point: DeliveryPoint, where: { deliveryId: string; address: string }) => void;

/** What notifications are sent with. */
export interface NotificationParts {
  database: Database;
  jobs: Jobs;
  events: Events;
  people: People;
  identity: Identity;
  catalogue: Catalogue;
  links: UnsubscribeLinks;
  mailer: Mailer;
  mailFrom: string;
  /** Null where text messages are not connected. */
  twilio: Twilio | null;
  guard: OutboundGuard;
  sealer: Sealer;
  publicUrl: string;
  dashboards: Dashboards;
  /** Seconds before the first retry. */
  retrySeconds: number;
  atDelivery: AtDelivery;
  log: Logger;
  now: () => Date;
}
