import { whole } from './types.ts';

/** Rule sets and the history of their verdicts. */
export const validation = {
  VALIDATION_KEEP_DAYS: whole(1, 3650, 90).describe(
    'Days for which results of validation are kept, with the texts that were judged, where a company did not set it',
  ),
};
