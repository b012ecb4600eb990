import type { App } from '../build/model.ts';
import { builder } from './builder.ts';
import { context } from './context.ts';
import { council } from './council.ts';
import { executive } from './executive.ts';
import { licences } from './licences.ts';
import { operations } from './operations.ts';
import { reviewer } from './reviewer.ts';

/** Every app, in the order in which they are pushed. */
export const apps: readonly App[] = [executive, builder, reviewer, operations, context, licences, council];
