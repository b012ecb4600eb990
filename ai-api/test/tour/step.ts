import type { z } from 'zod';
import { resources } from '../../src/catalogue/index.ts';
import type { Operation } from '../../src/contract/operation.ts';
import type { World } from './world.ts';

type Resources = typeof resources;

/** Every operation of the contracts, such as `approval.submit`. */
export type OperationId = {
  [R in keyof Resources]: `${R & string}.${keyof Resources[R]['operations'] & string}`;
}[keyof Resources];

type OperationOf<Id extends OperationId> = Id extends `${infer R}.${infer K}`
  ? R extends keyof Resources
    ? K extends keyof Resources[R]['operations']
      ? Resources[R]['operations'][K]
      : never
    : never
  : never;
type Inputs = {
  [Id in OperationId]: OperationOf<Id> extends Operation<infer I, infer _> ? z.input<I> : never;
};
type Outputs = {
  [Id in OperationId]: OperationOf<Id> extends Operation<infer _, infer O> ? z.output<O> : never;
};

/** What an operation answered earlier in the tour: the last time, or under a name that its step gave it. */
export type Said = <Id extends OperationId>(operation: Id, name?: string) => Outputs[Id];

/** Who calls: the service key by itself unless said. */
export interface Caller {
  /** E-mail address of the person whom the key acts for. */
  actingFor?: string;
  /** Another credential in place of the key. */
  bearer?: string;
}

interface Options<Id extends OperationId> {
  /** A person by their e-mail address, or another credential. */
  as?: string | ((said: Said) => { bearer: string });
  /** Name under which the answer is remembered too. */
  name?: string;
  /** What the answer holds at least. */
  shows?: object | ((said: Said) => object);
  /** Asked again until the answer shows that: what it is about goes on in the background. */
  patient?: boolean;
  /** Done before, for what no operation does. */
  before?: (world: World, said: Said) => Promise<void>;
  /** What a test of the answer's own looks at. */
  check?: (output: Outputs[Id], world: World, said: Said) => void | Promise<void>;
}

/** One call of the tour. */
export interface Step {
  operation: OperationId;
  op: Operation;
  title: string;
  input(said: Said): Record<string, unknown>;
  options: Options<OperationId>;
}

/** One call of an operation; its input may be made of what was answered before. */
export function step<Id extends OperationId>(
  operation: Id,
  input: (said: Said) => Inputs[Id],
  options?: Options<Id>,
): Step;
export function step<Id extends OperationId>(operation: Id, input: Inputs[Id], options?: Options<Id>): Step;
export function step(operation: OperationId, input: unknown, options: Options<OperationId> = {}): Step {
  return {
    operation,
    op: operationOf(operation),
    title: options.name ? `${operation} (${options.name})` : operation,
    input: (said) => (typeof input === 'function' ? input(said) : input) as Record<string, unknown>,
    options,
  };
}

/** Every operation of the contracts with its name. */
export function allOperations(): [OperationId, Operation][] {
  return Object.entries(resources).flatMap(([id, { operations }]) =>
    Object.entries(operations as Record<string, Operation>).map(([key, op]): [OperationId, Operation] => [
      `${id}.${key}` as OperationId,
      op,
    ]),
  );
}

const known = new Map(allOperations());

function operationOf(id: OperationId): Operation {
  return known.get(id) as Operation;
}
