import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { inSpan } from '../platform/telemetry/tracing/index.ts';
import { type CallContext, type ChatModel, ModelError, NO_USAGE, type TextPart, type Usage } from './chat.ts';
import type { ModelFailureKind } from './failures.ts';
import { parseAnswer } from './parse-answer.ts';
import type { Question } from './provider.ts';
import { mayReceive, notInRegion } from './regions.ts';
import type { Attempt, Route } from './route.ts';
import { strictSchema } from './strict-schema.ts';

/** One attempt with all that the ledger keeps of it. */
export interface RecordedAttempt extends Attempt {
  /** The same for all attempts of one call. */
  callId: string;
  /** Counts the attempts of a call from 1, over all providers. */
  number: number;
  call: CallContext;
  kind: 'chat' | 'embedding';
  /** What was sent; null where it is not needed. */
  input: Question | null;
}

/** Where calls to models are checked against the budget before they are made, and entered afterwards. */
export interface CallLedger {
  /** @throws {ModelError} over_budget */
  admit(tenantId: string): Promise<void>;
  /**
   * Where the data of a tenant stays; null for anywhere.
   * @throws {import('../platform/database/index.ts').DataElsewhere} when it is not here
   */
  regionOf(tenantId: string): Promise<string | null>;
  /** Settles when the attempt is stored. */
  record(attempt: RecordedAttempt): Promise<void>;
}

/** Told of every call to one provider that ended: `ok`, `aborted`, `error`, or the kind of its {@link ModelError}. */
export type OnModelCall = (provider: string, outcome: string, seconds: number, usage: Usage) => void;

/**
 * Failures that another provider may not have, such as a model that is not known or a request that is not taken. Never
 * a refused key, which an operator has to fix, nor a refusal.
 */
const FALLS_BACK: ReadonlySet<ModelFailureKind> = new Set([
  'unreachable',
  'timeout',
  'rate_limited',
  'out_of_schema',
  'error',
]);

/**
 * A chat model that asks its routes in order: the next one where the one before is overloaded, silent or does
 * not keep to the schema. For a tenant whose data stays in a region it has only the routes that are declared for it.
 */
export function createChain(
  routes: readonly [Route, ...Route[]],
  ledger: CallLedger,
  onCall: OnModelCall = () => {},
): ChatModel {
  /** What every route of one call is asked with. */
  function open(call: CallContext, input: Question, usable: readonly Route[]) {
    const callId = uuidv7();
    let number = 0;
    const onAttempt = (attempt: Attempt) => {
      number += 1;
      return ledger.record({ ...attempt, callId, number, call, kind: 'chat', input });
    };
    return (signal: AbortSignal | undefined, index: number) => ({
      signal,
      hasAlternative: index < usable.length - 1,
      onAttempt,
    });
  }

  function watch(route: Route) {
    const began = performance.now();
    return (error: unknown, usage: Usage = NO_USAGE, signal?: AbortSignal) => {
      const seconds = (performance.now() - began) / 1000;
      if (error === null) onCall(route.provider, 'ok', seconds, usage);
      else if (error instanceof ModelError) onCall(route.provider, error.kind, seconds, error.usage);
      else onCall(route.provider, signal?.aborted ? 'aborted' : 'error', seconds, usage);
    };
  }

  function isMendedByNext(error: unknown, index: number, usable: readonly Route[]): boolean {
    return error instanceof ModelError && FALLS_BACK.has(error.kind) && index < usable.length - 1;
  }

  /** The routes that may be sent texts of a tenant. @throws {ModelError} over_budget, not_in_region */
  async function usableFor(tenantId: string): Promise<readonly Route[]> {
    const region = await ledger.regionOf(tenantId);
    const usable = routes.filter((route) => mayReceive(route, region));
    if (usable.length === 0) throw notInRegion(region);
    await ledger.admit(tenantId);
    return usable;
  }

  return {
    name: routes[0].name,

    structured: async ({ system, user, name, schema, call, maxOutputTokens, signal }) => {
      const usable = await usableFor(call.tenantId);
      const format = { name, schema: jsonSchemaOf(schema) };
      const messages = [{ role: 'user', content: user } as const];
      const question: Question = { system, messages, format, ...limited(maxOutputTokens) };
      const asking = open(call, question, usable);
      let spent = NO_USAGE;
      for (const [index, route] of usable.entries()) {
        const ended = watch(route);
        try {
          const attributes = { 'gen_ai.provider.name': route.provider, 'gen_ai.request.model': route.model };
          const answer = await inSpan(`chat ${route.provider}`, { kind: 'client', attributes }, () =>
            route.ask(question, asking(signal, index), (completed) => parseAnswer(completed, schema)),
          );
          ended(null, answer.usage);
          return { value: answer.value, usage: sum(spent, answer.usage), model: route.name };
        } catch (error) {
          ended(error, NO_USAGE, signal);
          if (!(error instanceof ModelError)) throw error;
          spent = sum(spent, error.usage);
          if (!isMendedByNext(error, index, usable))
            throw index === 0 ? error : new ModelError(error.kind, error.message, spent, error, true);
        }
      }
      throw new Error('unreachable: the last route answers or throws');
    },

    stream: async function* ({ system, messages, call, maxOutputTokens, signal }): AsyncGenerator<TextPart> {
      const usable = await usableFor(call.tenantId);
      const question: Question = { system, messages, ...limited(maxOutputTokens) };
      const asking = open(call, question, usable);
      for (const [index, route] of usable.entries()) {
        const ended = watch(route);
        let hasBegun = false;
        const pieces = route.stream(question, asking(signal, index));
        try {
          for (let piece = await pieces.next(); ; piece = await pieces.next()) {
            if (piece.done) {
              const { usage, isCutOff } = piece.value;
              ended(null, usage);
              yield { type: 'end', usage, model: route.name, ...(isCutOff ? { isCutOff } : {}) };
              return;
            }
            hasBegun = true;
            yield { type: 'delta', delta: piece.value };
          }
        } catch (error) {
          ended(error, NO_USAGE, signal);
          if (hasBegun || !isMendedByNext(error, index, usable)) throw error;
        } finally {
          await pieces.return({ usage: NO_USAGE });
        }
      }
    },
  };
}

function limited(maxOutputTokens: number | undefined): Pick<Question, 'maxOutputTokens'> {
  return maxOutputTokens === undefined ? {} : { maxOutputTokens };
}

const schemas = new WeakMap<z.ZodType, Record<string, unknown>>();

/** Schemas are sent to the provider as JSON; reused ones are translated once. */
function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const known = schemas.get(schema) ?? strictSchema(schema);
  schemas.set(schema, known);
  return known;
}

function sum(a: Usage, b: Usage): Usage {
  const tokensCached = (a.tokensCached ?? 0) + (b.tokensCached ?? 0);
  const tokensCacheWritten = (a.tokensCacheWritten ?? 0) + (b.tokensCacheWritten ?? 0);
  return {
    tokensIn: a.tokensIn + b.tokensIn,
    tokensOut: a.tokensOut + b.tokensOut,
    ...(tokensCached > 0 ? { tokensCached } : {}),
    ...(tokensCacheWritten > 0 ? { tokensCacheWritten } : {}),
  };
}
