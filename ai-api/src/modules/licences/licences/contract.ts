import { licence, licenceProduct } from './admin/contract.ts';
import { analytics } from './analytics/contract.ts';
import { seat } from './seats/contract.ts';
import { licenceSession } from './sessions/contract.ts';

/** What this module offers. */
export const contract = { seat, licenceSession, licence, licenceProduct, licenceAnalytics: analytics };
