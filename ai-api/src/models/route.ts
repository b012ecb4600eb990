import { setTimeout as pause } from 'node:timers/promises';
import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { ModelError, NO_USAGE, type Usage } from './chat.ts';
import type { CallOutcome, RouteState } from './failures.ts';
import { createLimits, type LimitOptions } from './limits.ts';
import { type Completed, nameOf, type Provider, type Question } from './provider.ts';
import { classify, ProviderError } from './provider-error.ts';

/** One request to a provider that ended, whichever way. */
export interface Attempt {
  provider: string;
  model: string;
  outcome: CallOutcome;
  error: string | null;
  usage: Usage;
  /** The provider reported no usage that can be true; `usage` is our guess. */
  isEstimated: boolean;
  startedAt: Date;
  latencyMs: number;
  /** What the model wrote, as far as it came. */
  output: string | null;
}

/** How one call is made. */
export interface Asking {
  signal: AbortSignal | undefined;
  /** Another provider can be asked in place of this one, so that a long pause is not waited for. */
  hasAlternative: boolean;
  /** Settles before the answer is used. */
  onAttempt: (attempt: Attempt) => Promise<void>;
}

export interface RouteOptions {
  /** Milliseconds for one request to the last byte; of a stream, to its next piece. */
  timeoutMs: number;
  limits?: LimitOptions;
  /** Where the provider keeps what it is sent, as the operator declares; null when undeclared. */
  regions?: readonly string[] | null;
  /** Told when the provider refuses our key, and when it takes it again. */
  onKey?: (state: 'refused' | 'accepted') => void;
}

/** How a text ended. */
export interface Streamed {
  usage: Usage;
  isCutOff?: true;
}

/** A way to a model that bears failures: limits, two attempts for what may pass, one breaker for all calls. */
export interface Route {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  /** Where the provider keeps what it is sent, as the operator declares; null when undeclared. */
  readonly regions: readonly string[] | null;
  state(): RouteState;
  /** What the model has turned out not to take. */
  limitations(): string[];
  /** @throws {ModelError} and the reason of the signal */
  ask<T>(
    question: Question,
    asking: Asking,
    read: (completed: Completed) => T,
  ): Promise<{ value: T; usage: Usage }>;
  /** Pieces of text, and at last what they used; throws as `ask`. */
  stream(question: Question, asking: Asking): AsyncGenerator<string, Streamed>;
}

const ATTEMPTS = 2;
/** Between attempts, in milliseconds, half of it at random; a longer Retry-After than the last is not waited for. */
const PAUSE = { least: 250, longest: 30_000, longestWithAlternative: 2_000 };
/** So many failures in a row keep us from asking for so long. */
const BREAKER = { failures: 5, resetMs: 30_000 };
/** After a refused key, in milliseconds. */
const KEY_REST = 30_000;
/** So many answers in a row that do not keep to the schema show that the model cannot be used. */
const UNFIT_ANSWERS = 4;
/** Characters of a token, roughly, for what has not been counted yet. */
const CHARACTERS = 4;

export function createRoute(
  provider: Provider,
  { timeoutMs, limits: limitOptions, regions = null, onKey }: RouteOptions,
): Route {
  const limits = createLimits(limitOptions ?? { concurrency: Number.MAX_SAFE_INTEGER });
  const breaker = circuitBreaker(handleWhen(speaksAgainstProvider), {
    halfOpenAfter: BREAKER.resetMs,
    breaker: new ConsecutiveBreaker(BREAKER.failures),
  });
  let refusedAt: number | null = null;
  let unfitAnswers = 0;

  function checkKey(): void {
    if (refusedAt === null || performance.now() - refusedAt > KEY_REST) return;
    throw new ModelError('unauthorized', 'The model provider refuses our key and is not called for a while.');
  }

  function hearOfKey(error: ModelError | null): void {
    if (error?.kind === 'unauthorized') {
      if (refusedAt === null) onKey?.('refused');
      refusedAt = performance.now();
    } else if (refusedAt !== null && error === null) {
      refusedAt = null;
      onKey?.('accepted');
    }
  }

  /** What a failure is called; an abort by the caller is rethrown as it is. */
  function nameFailure(error: unknown, signal: AbortSignal | undefined, timedOut: boolean): ModelError {
    signal?.throwIfAborted();
    const failure = classify(error, timedOut);
    hearOfKey(failure);
    return failure;
  }

  /** Notes one request from its begin to its end. */
  function watch(question: Question, { onAttempt }: Asking) {
    const startedAt = new Date();
    const began = performance.now();
    return async (
      outcome: CallOutcome,
      reported: Usage | null,
      output: string | null,
      error: string | null = null,
    ) => {
      const usage = reported ?? NO_USAGE;
      const isAnswered = outcome === 'ok' || outcome === 'aborted' || outcome === 'out_of_schema';
      const isUnknown = isAnswered && usage.tokensIn + usage.tokensOut === 0;
      await onAttempt({
        provider: provider.provider,
        model: provider.model,
        outcome,
        error,
        usage: isUnknown ? guess(question, output) : usage,
        isEstimated: isUnknown,
        startedAt,
        latencyMs: Math.round(performance.now() - began),
        output,
      });
    };
  }

  async function attempt<T>(question: Question, asking: Asking, read: (completed: Completed) => T) {
    checkKey();
    const { signal } = asking;
    return limits.run(guess(question, null).tokensIn, signal, (used) =>
      breaker.execute(async () => {
        const note = watch(question, asking);
        const timeout = AbortSignal.timeout(timeoutMs);
        let completed: Completed | null = null;
        let value: T;
        try {
          completed = await provider.complete(
            question,
            signal ? AbortSignal.any([timeout, signal]) : timeout,
          );
          const { tokensIn, tokensOut } = completed.usage ?? guess(question, completed.text);
          used(tokensIn + tokensOut);
          hearOfKey(null);
          value = read(completed);
          unfitAnswers = 0;
        } catch (error) {
          if (signal?.aborted) await note('aborted', completed?.usage ?? NO_USAGE, null);
          const failure = nameFailure(error, signal, timeout.aborted && !completed);
          if (failure.kind === 'out_of_schema') unfitAnswers += 1;
          await note(failure.kind, failure.usage, completed?.text ?? null, failure.message);
          throw failure;
        }
        await note('ok', completed.usage, completed.text);
        return { value, usage: completed.usage ?? guess(question, completed.text) };
      }),
    );
  }

  async function mayRepeat(error: unknown, number: number, asking: Asking): Promise<boolean> {
    const longest = asking.hasAlternative ? PAUSE.longestWithAlternative : PAUSE.longest;
    const mayPass = error instanceof ProviderError && error.passes && error.retryAfterMs <= longest;
    if (!mayPass || number === ATTEMPTS) return false;
    await rest(Math.max(error.retryAfterMs, PAUSE.least * (1 + Math.random())), asking.signal);
    return true;
  }

  /** Waits for the first piece of a stream, then hands on; each piece has `timeoutMs` to come. */
  async function* streamOnce(question: Question, asking: Asking): AsyncGenerator<string, Streamed> {
    checkKey();
    const { signal } = asking;
    const note = watch(question, asking);
    const late = new AbortController();
    const own = signal ? AbortSignal.any([late.signal, signal]) : late.signal;
    const pieces = provider.stream(question, own)[Symbol.asyncIterator]();
    const next = async () => {
      const timer = setTimeout(() => late.abort(), timeoutMs);
      return pieces.next().finally(() => clearTimeout(timer));
    };
    let usage: Usage | null = null;
    let isCutOff = false;
    let text = '';
    let isNoted = false;
    try {
      let piece = await breaker.execute(next);
      for (; !piece.done; piece = await next()) {
        if (piece.value.usage) usage = piece.value.usage;
        isCutOff ||= piece.value.isCutOff === true;
        if (!piece.value.delta) continue;
        text += piece.value.delta;
        yield piece.value.delta;
      }
      hearOfKey(null);
      isNoted = true;
      await note('ok', usage, text);
      return { usage: usage ?? guess(question, text), ...(isCutOff ? { isCutOff } : {}) };
    } catch (error) {
      if (isNoted) throw error;
      isNoted = true;
      if (signal?.aborted) await note('aborted', usage ?? NO_USAGE, text);
      if (error instanceof BrokenCircuitError) throw error;
      const failure = nameFailure(error, signal, late.signal.aborted);
      await note(failure.kind, usage ?? failure.usage, text || null, failure.message);
      throw failure;
    } finally {
      // The caller may stop reading.
      if (!isNoted) await note('aborted', usage ?? NO_USAGE, text);
      await pieces.return?.(undefined).catch(() => {});
    }
  }

  return {
    name: nameOf(provider),
    provider: provider.provider,
    model: provider.model,
    regions,
    state: () => {
      if (refusedAt !== null) return 'key refused';
      if (breaker.state !== 0) return 'failing';
      return unfitAnswers < UNFIT_ANSWERS ? 'ready' : 'answers do not fit';
    },
    limitations: () => provider.limitations?.() ?? [],
    ask: async (question, asking, read) => {
      for (let number = 1; ; number++) {
        try {
          return await attempt(question, asking, read);
        } catch (error) {
          if (error instanceof BrokenCircuitError) throw new ModelError('unreachable', LEFT_ALONE);
          if (!(await mayRepeat(error, number, asking))) throw error;
        }
      }
    },
    stream: async function* (question, asking) {
      for (let number = 1; ; number++) {
        let hasBegun = false;
        const pieces = streamOnce(question, asking);
        try {
          for (let piece = await pieces.next(); ; piece = await pieces.next()) {
            if (piece.done) return piece.value;
            hasBegun = true;
            yield piece.value;
          }
        } catch (error) {
          if (error instanceof BrokenCircuitError) throw new ModelError('unreachable', LEFT_ALONE);
          if (hasBegun || !(await mayRepeat(error, number, asking))) throw error;
        } finally {
          await pieces.return({ usage: NO_USAGE });
        }
      }
    },
  };
}

const LEFT_ALONE = 'The model provider failed several times in a row and is not called for a while.';

/**
 * A refusal or a bad answer shows that the provider is alive. A call that was aborted shows nothing, and
 * must not close a circuit that it probed.
 */
export function speaksAgainstProvider(error: unknown): boolean {
  return !(error instanceof ModelError) || error.kind === 'unreachable' || error.kind === 'timeout';
}

function guess({ system, messages }: Question, output: string | null): Usage {
  const length = messages.reduce((sum, { content }) => sum + content.length, system.length);
  return {
    tokensIn: Math.ceil(length / CHARACTERS),
    tokensOut: Math.ceil((output?.length ?? 0) / CHARACTERS),
  };
}

/** @throws the signal's reason as soon as it aborts */
export async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await pause(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}
