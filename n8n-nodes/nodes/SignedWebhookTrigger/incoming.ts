/** A request as it arrived. */
export interface Incoming {
  header(name: string): string | undefined;
  rawBody: Buffer;
  /** Seconds since the epoch. */
  now: number;
  /** Seconds that a signed timestamp may differ from this machine's clock, either way. */
  tolerance: number;
}

/** Whether a time is near enough: in seconds or milliseconds since the epoch, or as ISO 8601 with a zone. */
export function isRecent(time: string, now: number, tolerance: number): boolean {
  const seconds = secondsOf(time);
  return seconds !== null && Math.abs(now - seconds) <= tolerance;
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/;

/** The seconds since the epoch that a time stands for; null when it is none. */
export function secondsOf(time: string): number | null {
  if (/^\d{1,12}$/.test(time)) return Number(time);
  if (/^\d{13}$/.test(time)) return Number(time) / 1000;
  const at = ISO.test(time) ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? null : at / 1000;
}

/** Hexadecimal has no case, and what senders write before it has none either. */
export function hexText(signature: string | undefined): string {
  return (signature ?? '').trim().toLowerCase();
}
