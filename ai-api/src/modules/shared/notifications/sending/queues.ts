export const DELIVER_QUEUE = 'notification.deliver';
export const DIGEST_QUEUE = 'notification.digest';

/** One attempt of one delivery. */
export interface DeliverJob {
  tenantId: string;
  deliveryId: string;
  /** From 1; sending again by hand begins the next one. */
  round: number;
  /** Of this round, from 1. */
  attempt: number;
}

export interface DigestJob {
  tenantId: string;
  batchId: string;
}
