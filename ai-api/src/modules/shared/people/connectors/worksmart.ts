import { z } from 'zod';
import { type ConnectorOptions, createSource, type Source, weekOfPerson } from './source.ts';

/** The contract of `GET /v1/people/{builderId}/weeks/{week}`; null is unknown. Hours of 1,000 and less are let through. */
export const workSmartWeek = weekOfPerson.extend({
  hoursWorked: z.number().min(0).max(1_000).nullable(),
  activeDays: z.int().min(0).max(7).nullable(),
});
export type WorkSmartWeek = z.output<typeof workSmartWeek>;
export type WorkSmart = Source<WorkSmartWeek>;

/** WorkSmart: hours worked and active days. */
export function createWorkSmart(options: ConnectorOptions): WorkSmart {
  return createSource(
    { name: 'worksmart', label: 'WorkSmart', collection: 'people', schema: workSmartWeek },
    options,
  );
}
