import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import { type Feature, isDaily, plansWith, type Quota } from './plans.ts';
import type { Reveals } from './reveals.ts';

/** Every role but `council`, which sees the data of no person: only operations that name it let it in. */
export const STAFF = ['admin', 'executive', 'builder', 'ops', 'reviewer', 'readonly'] as const;

/** What a caller may be. Every operation names the roles that may call it. */
export const ROLES = [...STAFF, 'council'] as const;
export type Role = (typeof ROLES)[number];

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How a person's form should offer an input field that its schema alone does not tell. */
export interface FieldHint {
  label?: string;
  placeholder?: string;
  multiline?: boolean;
  /** A resource that says how to {@link Locate} one of its rows; false where the name alone misleads. */
  locator?: string | false;
  /** The values that another operation without required input answers, such as the names of queues. */
  choices?: { operation: string; value: string };
  /** The field takes a file: its content in base64, its name and type in the named fields; or a list of all three. */
  file?: { name: string; contentType: string } | 'list';
  /** One row of the table that the field takes, as CSV text or as an array of rows. */
  table?: z.ZodObject;
}

/**
 * One operation of the API, said once. Routes, OpenAPI, the typed client, the n8n node and the
 * ToolJet plugin are all derived from it.
 *
 * `input` is one flat object: names that appear in `path` as `{name}` travel in the path, the others
 * in the query for GET and DELETE and in the JSON body otherwise.
 */
export interface Operation<I extends z.ZodObject = z.ZodObject, O extends z.ZodType = z.ZodType> {
  method: Method;
  path: string;
  /** A sentence in the imperative, shown as the operation's title. */
  summary: string;
  description?: string;
  /** `public` needs no credential. */
  access: 'public' | readonly Role[];
  /**
   * Needed where `builder` has access: how the operation determines whose its subject is, so that a builder reaches only
   * their own. `input` names the field with the builder's id, which is filled in when it is left out; `output` the
   * place of the id in an answer that is read; `handler` leaves the check to the handler (`request.requireOwn`); `anyone`
   * is for what is about no builder.
   */
  own?: { input: string } | { output: string } | 'handler' | 'anyone';
  /** Needed where the answer shows data about a person: a reader who is another person leaves an access record. */
  reveals?: Reveals;
  input: I;
  output: O;
  /** Status of a success. Defaults to 200. */
  status?: 200 | 201 | 202 | 204;
  /** Other statuses of a success, and which outputs have them: 202, say, for what is not done yet. */
  also?: AlsoStatus<z.output<O>> | readonly AlsoStatus<z.output<O>>[];
  /** Problems this operation may answer beside those that every operation may. */
  errors?: readonly ErrorCode[];
  /** Also answers by server-sent events, to `Accept: text/event-stream`: steps first, the output as `answer`. */
  streams?: true;
  /** The output is `{items, nextCursor}` and the input takes `cursor` and `limit`. */
  list?: boolean;
  /** Largest request body, for express.json. Defaults to `1mb`. */
  bodyLimit?: string;
  hints?: Partial<Record<keyof I['shape'] & string, FieldHint>>;
  /** Top-level output fields that a simplified view keeps. */
  simplified?: readonly (keyof z.output<O> & string)[];
  /** Top-level output fields that hold a file, or several, as `{name, contentType, url}`. */
  files?: readonly (keyof z.output<O> & string)[];
  /** Only companies whose plan includes the feature may call it. */
  feature?: Feature;
  /**
   * What a success takes from the company's plan. One of a daily quota is taken for each request, and given back when it
   * fails; with `by: 'handler'` the handler takes as many as it makes, in the transaction that makes them.
   */
  quota?: { of: 'searches' | 'webhooks' } | { of: Quota; by: 'handler' };
  /** A licence key, or the token of a licence's session, may call it too. */
  licence?: true;
  /** Repeating it has the same effect, so that no answer is kept for an `Idempotency-Key`. */
  repeatable?: true;
  /** Also answers companies whose data stays in another region than the installation's; it reads nothing else of them. */
  anyRegion?: true;
  /** Carries out other operations, each authorised by itself: no scope is asked for here. */
  delegates?: true;
  /**
   * Decides about a person: a step of a workflow and an assistant cannot call it, since no one has looked. Its handler
   * refuses everything that is adverse and does not come from a person (`requireDecider`).
   */
  decides?: true;
  /** False keeps an operation out of the generated node and plugin (probes, for example). */
  composable?: boolean;
}

interface AlsoStatus<Output> {
  status: 200 | 201 | 202;
  when(output: Output): boolean;
}

/** Status of a success with this output. */
export function statusOf(op: Pick<Operation, 'also' | 'status'>, output: unknown): number {
  return alsoOf(op).find(({ when }) => when(output))?.status ?? op.status ?? 200;
}

/** The other statuses of a success. */
export function alsoOf({ also = [] }: Pick<Operation, 'also'>): readonly AlsoStatus<unknown>[] {
  return 'when' in also ? [also] : also;
}

/** Declares an operation; exists for the types it infers. */
export function operation<const I extends z.ZodObject, const O extends z.ZodType>(
  spec: Operation<I, O>,
): Operation<I, O> {
  return spec;
}

/** A noun of the API and the operations on it, as forms and reference pages group them. */
export interface Resource<Ops extends Record<string, Operation> = Record<string, Operation>> {
  id: string;
  name: string;
  description: string;
  operations: Ops;
  /** How a person picks a row, where the resource has rows to pick. */
  locate?: Locate | readonly Locate[];
}

/**
 * How a person picks one row: by the answers of a list operation without required input. A list that takes
 * `search` is searched by the API.
 */
export interface Locate {
  operation: string;
  /** Output field with the row's id. */
  id: string;
  /**
   * Input field that takes the id, of any operation. Defaults to the name `id` has; one whose name
   * does not end in `Id`, such as `name`, is then meant in the paths of this resource alone.
   */
  field?: string;
  /** Output fields that a person knows a row by, the first as its name. */
  shown: readonly string[];
}

/** Declares a resource; exists for the types it infers. */
export function resource<const Ops extends Record<string, Operation>>(spec: Resource<Ops>): Resource<Ops> {
  return spec;
}

/** Problems that an operation may answer because of the company's plan. */
export function planErrors(op: Pick<Operation, 'feature' | 'quota'>): ErrorCode[] {
  const limited = { daily: 'QUOTA_EXCEEDED', level: 'PLAN_LIMIT_REACHED' } as const;
  return [
    ...(op.feature === undefined ? [] : (['FEATURE_NOT_IN_PLAN'] as const)),
    ...(op.quota === undefined ? [] : [limited[isDaily(op.quota.of) ? 'daily' : 'level']]),
  ];
}

/** What people read about the plan that an operation needs and what it takes from it; null for most operations. */
export function planNote(op: Pick<Operation, 'feature' | 'quota'>): string | null {
  const sentences = [
    ...(op.feature === undefined ? [] : [`Part of the plans ${plansWith(op.feature)}.`]),
    ...(op.quota === undefined
      ? []
      : [
          `Counts towards the quota ${op.quota.of} of the company's plan${isDaily(op.quota.of) ? ', by the day (UTC)' : ''}.`,
        ]),
  ];
  return sentences.length === 0
    ? null
    : sentences.join(' ').replace('the plans Enterprise', 'the plan Enterprise');
}

/** The description of an operation with what its plan adds; undefined without either. */
export function describedWithPlan(
  op: Pick<Operation, 'description' | 'feature' | 'quota'>,
): string | undefined {
  return [op.description, planNote(op)].filter((one) => one != null).join(' ') || undefined;
}

/** Names of the path parameters of a template such as `/evaluations/{evaluationId}`. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
}

/** Where one input field of an operation travels. */
export function locationOf(op: Pick<Operation, 'method' | 'path'>, field: string): 'path' | 'query' | 'body' {
  if (pathParameters(op.path).includes(field)) return 'path';
  return op.method === 'GET' || op.method === 'DELETE' ? 'query' : 'body';
}

/** Whether an operation carries a request with an `Idempotency-Key` out once; DELETE does by its nature. */
export function takesIdempotencyKey(op: Pick<Operation, 'method' | 'access' | 'repeatable'>): boolean {
  return op.access !== 'public' && op.method !== 'GET' && op.method !== 'DELETE' && !op.repeatable;
}
