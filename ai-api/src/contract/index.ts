import { evaluation } from '../modules/evaluations/contract.ts';
import { identity } from '../modules/identity/contract.ts';
import { health } from '../modules/ops/contract.ts';
import { builder, people, project } from '../modules/people/contract.ts';
import { webhook } from '../modules/webhooks/contract.ts';
import type { Resource } from './operation.ts';

/** Every contract of the platform. What is listed here appears everywhere. */
export const resources = {
  evaluation,
  people,
  builder,
  project,
  webhook,
  identity,
  health,
} as const satisfies Record<string, Resource>;
export type Resources = typeof resources;
