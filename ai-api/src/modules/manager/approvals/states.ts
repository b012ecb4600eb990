import type { State } from '../../../platform/database/schema/approval-states.ts';

export * from '../../../platform/database/schema/approval-states.ts';

/** States in which a person decides. */
export const OPEN_STATES = ['in_review', 'awaiting_second'] as const satisfies readonly State[];

/** States in which the builder may take a request back. */
export const WITHDRAWABLE = ['submitted', 'incomplete', ...OPEN_STATES] as const satisfies readonly State[];

/** States in which a request does not claim its time: another may have claimed it since. */
export const UNCLAIMED = ['rejected', 'incomplete'] as const satisfies readonly State[];
