import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Upstash } from '../../../../platform/upstash.ts';
import { SESSION_STATES } from '../states.ts';
import type { Ended } from './decide.ts';
import { keysOf, SCRIPT } from './script.ts';
import type { Decision, Seat, SeatCode, SeatOp, Terms } from './seats.ts';

/** What the script carries out: operations, and what keeps Redis in step with the database. */
export type ScriptOp =
  | (SeatOp & { ended?: Ended })
  | Undo
  | { type: 'configure'; terms: Terms }
  | { type: 'load'; terms: Terms; sessions: readonly Seat[]; epoch: number; revision: number };

/**
 * Undoes a seat that was given or renewed and could not be stored, while it is on that device: it goes back to the device
 * that it was on, or ends.
 */
export interface Undo {
  type: 'undo';
  session: string;
  device: string;
  /** Empty where the session ends. */
  backTo: string;
  state: 'evicted' | 'expired';
}

export interface ScriptAnswer extends Decision {
  version: number;
  /** Number of the count that Redis holds. */
  epoch: number;
  /** Sessions that are live, of a `read`. */
  live: string[];
}

const seat = z.object({
  id: z.string(),
  member: z.string(),
  device: z.string(),
  user: z.string(),
  group: z.string(),
  state: z.enum(SESSION_STATES),
  until_ms: z.number(),
  seq: z.number(),
  idle: z.number(),
});
/** Lua writes an empty list as an empty object. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.union([z.array(item), z.object({}).transform((): z.output<T>[] => [])]);
const answer = z.object({
  code: z.string(),
  seat: seat.nullable().default(null),
  used: z.number().default(0),
  max: z.number().default(0),
  waiting: z.number().default(0),
  reservedIdle: z.number().default(0),
  position: z.number().default(0),
  retryAfterMs: z.number().default(0),
  at: z.number().default(0),
  revision: z.number().default(0),
  heartbeatMs: z.number().default(0),
  version: z.number().default(0),
  epoch: z.number().default(0),
  changes: listOf(seat.extend({ endedAt: z.number() })).prefault([]),
  live: listOf(z.string()).prefault([]),
});

const toLua = ({ until, ...rest }: Seat) => ({ ...rest, until_ms: until });
const fromLua = <T extends z.output<typeof seat>>({ until_ms: until, ...rest }: T) => ({ ...rest, until });

function encode(op: ScriptOp, now: number): string {
  if (op.type === 'load') return JSON.stringify({ ...op, sessions: op.sessions.map(toLua), now });
  if (op.type === 'borrow') return JSON.stringify({ ...op, until_ms: op.until, now });
  return JSON.stringify({ ...op, now });
}

/** Runs the script on the seats of a licence, by its digest once Redis knows it. */
export function createScript(upstash: Upstash) {
  const digest = createHash('sha1').update(SCRIPT).digest('hex');
  return async (licenceId: string, op: ScriptOp, now: number): Promise<ScriptAnswer> => {
    const keys = keysOf(licenceId);
    const args = [encode(op, now)];
    const text = await upstash.call((redis) =>
      redis.evalsha<string[], string>(digest, keys, args).catch((error: unknown) => {
        if (!(error instanceof Error && error.message.includes('NOSCRIPT'))) throw error;
        return redis.eval<string[], string>(SCRIPT, keys, args);
      }),
    );
    const parsed = answer.parse(JSON.parse(text));
    return {
      ...parsed,
      isMoved: false,
      code: parsed.code as SeatCode,
      seat: parsed.seat && fromLua(parsed.seat),
      changes: parsed.changes.map(fromLua),
    };
  };
}
