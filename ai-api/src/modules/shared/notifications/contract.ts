import { inbox } from './inbox/contract.ts';
import { notificationPreference, suppression } from './preferences/contract.ts';
import { notification } from './sending/contract.ts';
import { notificationTemplate } from './templates/contract.ts';

/** What this module offers. */
export const contract = { notification, inbox, notificationPreference, suppression, notificationTemplate };
