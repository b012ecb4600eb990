export { type BrainLift, type BrainLiftWeek, brainLiftWeek, createBrainLift } from './brainlift.ts';
export { createMetricsApi, type MetricsApi, type MetricsWeek, metricsWeek } from './metrics.ts';
export { type ConnectorOptions, pong, type Source, type SourceName, weekOfPerson } from './source.ts';
export { createWorkSmart, type WorkSmart, type WorkSmartWeek, workSmartWeek } from './worksmart.ts';
