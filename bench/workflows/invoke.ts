import { setTimeout as pause } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { Context } from '../../ai-api/src/context.ts';
import type { Caller } from '../../ai-api/src/http/caller.ts';

export const STEPS = ['one', 'two', 'three'];
/** Of a flow whose start hardly counts. */
export const MANY_STEPS = Array.from({ length: 15 }, (_, index) => `step${index + 1}`);

/** What each step of a flow creates. */
export const agentOf = (flow: string, step: string) => ({
  name: `${flow} ${step}`,
  purpose: 'A bench',
  instructions: 'Answer.',
});

const ATTEMPTS = 50;
const BUSY_MS = 200;

/** Carries an operation out in this process, again while the database is busy. @throws Error for any other problem */
export async function invoke(
  { invoker, log }: Context,
  caller: Caller,
  operation: string,
  input: Record<string, unknown>,
  idempotencyKey: string = uuidv7(),
): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    const signal = AbortSignal.timeout(60_000);
    const asked = { operation, input, caller, requestId: 'bench', log, signal, idempotencyKey };
    const { status, body } = await invoker.invoke(asked);
    if (status < 400) return body;
    if (status !== 503 || attempt === ATTEMPTS)
      throw new Error(`${operation} answered ${status}: ${JSON.stringify(body)}`);
    await pause(BUSY_MS);
  }
}
