import { whole } from './types.ts';

/** Rule sets and the history of their verdicts. */
export const validation = {
  VALIDATION_KEEP_DAYS: whole(1, 3650, 90).describe(
    'After so many days the results of validation are deleted, with the texts that were judged',
  ),
};
