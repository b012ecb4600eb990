import { HOUR_MS } from '../../../../platform/durations.ts';

/** A session or a denial on the time line, in milliseconds since the epoch. */
export interface Interval {
  from: number;
  to: number;
}
export interface Denied extends Interval {
  code: string;
}
export interface Step {
  at: number;
  seats: number;
}

/** How many intervals cover each moment: steps in the order of time, without those at which nothing changes. */
export function concurrency(intervals: readonly Interval[]): Step[] {
  const changes = new Map<number, number>();
  for (const { from, to } of intervals) {
    if (to <= from) continue;
    changes.set(from, (changes.get(from) ?? 0) + 1);
    changes.set(to, (changes.get(to) ?? 0) - 1);
  }
  const steps: Step[] = [];
  for (const [at, change] of [...changes].sort(([a], [b]) => a - b))
    if (change !== 0) steps.push({ at, seats: (steps.at(-1)?.seats ?? 0) + change });
  return steps;
}

/** Milliseconds at each number of seats between two times. */
export function timeAtSeats(steps: readonly Step[], { from, to }: Interval): Map<number, number> {
  const time = new Map<number, number>();
  let at = from;
  let seats = 0;
  for (const step of [...steps, { at: to, seats: 0 }]) {
    const until = Math.min(Math.max(step.at, from), to);
    if (until > at) time.set(seats, (time.get(seats) ?? 0) + until - at);
    at = Math.max(at, until);
    seats = step.seats;
  }
  return time;
}

/** Most seats in each hour in which there were any, by the hour's start. */
export function peakByHour(steps: readonly Step[], { from, to }: Interval): Map<number, number> {
  const peaks = new Map<number, number>();
  for (const [index, { at, seats }] of steps.entries()) {
    const end = Math.min(steps[index + 1]?.at ?? to, to);
    const start = Math.max(at, from);
    if (seats === 0 || end <= start) continue;
    for (let hour = Math.floor(start / HOUR_MS) * HOUR_MS; hour < end; hour += HOUR_MS)
      peaks.set(hour, Math.max(peaks.get(hour) ?? 0, seats));
  }
  return peaks;
}

/**
 * Seats with which a share of the requests would have been served at once: for each request, how many seats were held or
 * asked for at its time, itself included; then the smallest number that is enough for so many of them.
 */
export function seatsForShare(requests: readonly Interval[], share: number): number {
  const steps = concurrency(requests);
  const needed = requests
    .filter(({ from, to }) => to > from)
    .map(({ from }) => seatsAt(steps, from))
    .sort((a, b) => a - b);
  return needed[Math.max(0, Math.ceil(needed.length * share) - 1)] ?? 0;
}

function seatsAt(steps: readonly Step[], at: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] as Step).at <= at) low = middle + 1;
    else high = middle;
  }
  return steps[low - 1]?.seats ?? 0;
}
