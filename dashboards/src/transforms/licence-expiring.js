import { when } from './helpers.js';

/** Licences that expire soon. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((item) => ({
      licence: item.licence,
      product: item.product,
      seats: item.maxSeats,
      ends: when(item.expiresAt),
      left: item.daysLeft,
    })),
  };
}
