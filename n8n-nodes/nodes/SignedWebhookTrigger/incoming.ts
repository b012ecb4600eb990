/** A request as it arrived. */
export interface Incoming {
  header(name: string): string | undefined;
  rawBody: Buffer;
  /** Seconds since the epoch. */
  now: number;
  /** Seconds that a signed timestamp may differ from this machine's clock, either way. */
  tolerance: number;
}

/** Whether a time in decimal seconds is near enough. */
export function isRecent(seconds: string, now: number, tolerance: number): boolean {
  return /^\d{1,12}$/.test(seconds) && Math.abs(now - Number(seconds)) <= tolerance;
}
