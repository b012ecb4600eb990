import { z } from 'zod';
import { type ConnectorOptions, createSource, type Source, weekOfPerson } from './source.ts';

/** The contract of `GET /v1/brainlifts/{builderId}/weeks/{week}`; null is unknown. Quality is 0 to 100. */
export const brainLiftWeek = weekOfPerson.extend({
  quality: z.number().min(0).max(100).nullable(),
  entries: z.int().min(0).max(100_000).nullable(),
});
export type BrainLiftWeek = z.output<typeof brainLiftWeek>;
export type BrainLift = Source<BrainLiftWeek>;

/** BrainLift: how good, and how many, a builder's written learnings were. */
export function createBrainLift(options: ConnectorOptions): BrainLift {
  return createSource(
    { name: 'brainlift', label: 'BrainLift', collection: 'brainlifts', schema: brainLiftWeek },
    options,
  );
}
