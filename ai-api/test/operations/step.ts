import type { z } from 'zod';
import { resources } from '../../src/catalogue/index.ts';
import type { Operation } from '../../src/contract/operation.ts';
import type { Fixture } from './fixture.ts';

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

/** The output of an earlier step: the newest of an operation, or the one that has a name. */
export type AnswerOf = <Id extends OperationId>(operation: Id, name?: string) => Outputs[Id];

/** Who calls; by default the service key by itself. */
export interface Caller {
  /** E-mail address of the person whom the key acts for. */
  actingFor?: string;
  /** Another credential in place of the key. */
  bearer?: string;
}

interface Options<Id extends OperationId> {
  /** A person by their e-mail address, or another credential. */
  as?: string | ((answerOf: AnswerOf) => { bearer: string });
  /** Name under which the output is remembered too. */
  name?: string;
  /** What the output has to contain. */
  matches?: object | ((answerOf: AnswerOf) => object);
  /** Repeated until the output matches, because the work goes on in the background. */
  eventually?: boolean;
  /** Runs before the call, for what no operation does. */
  before?: (fixture: Fixture, answerOf: AnswerOf) => Promise<void>;
  /** Further expectations. */
  check?: (output: Outputs[Id], fixture: Fixture, answerOf: AnswerOf) => void | Promise<void>;
}

/** One call of an operation. */
export interface Step {
  operation: OperationId;
  op: Operation;
  title: string;
  input(answerOf: AnswerOf): Record<string, unknown>;
  options: Options<OperationId>;
}

/** Declares a call; its input may be built from earlier outputs. */
export function step<Id extends OperationId>(
  operation: Id,
  input: (answerOf: AnswerOf) => Inputs[Id],
  options?: Options<Id>,
): Step;
export function step<Id extends OperationId>(operation: Id, input: Inputs[Id], options?: Options<Id>): Step;
export function step(operation: OperationId, input: unknown, options: Options<OperationId> = {}): Step {
  return {
    operation,
    op: operationOf(operation),
    title: options.name ? `${operation} (${options.name})` : operation,
    input: (answerOf) => (typeof input === 'function' ? input(answerOf) : input) as Record<string, unknown>,
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
