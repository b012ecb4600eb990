export type { Limits, Taken } from './limits.ts';
export { createMemoryLimits } from './memory.ts';
export { createUpstashLimits } from './upstash.ts';
