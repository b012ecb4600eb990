import type { IDataObject } from 'n8n-workflow';

/** Deliveries remembered per trigger. A sender repeats one for hours; hundreds outlast that. */
export const REMEMBERED = 500;

/**
 * Notes a delivery in the trigger's static data and says whether it is new. The oldest are forgotten
 * beyond {@link REMEMBERED}, so the data stays small (n8n stores it with every delivery).
 */
export function rememberDelivery(staticData: IDataObject, deliveryId: string): boolean {
  const known = Array.isArray(staticData.deliveries) ? (staticData.deliveries as string[]) : [];
  if (known.includes(deliveryId)) return false;
  // A new array, because n8n notices changes by assignment.
  staticData.deliveries = [...known, deliveryId].slice(-REMEMBERED);
  return true;
}
