export { type BrainLift, createBrainLift } from './brainlift.ts';
export { createMetricsApi, type MetricsApi } from './metrics.ts';
export type { ConnectorOptions } from './source.ts';
export { createWorkSmart, type WorkSmart } from './worksmart.ts';
