/** Values in this process that are forgotten after a while, or when others need the room. */
export interface Lru<T> {
  get(key: string): T | undefined;
  /** @param ttlMs milliseconds; nothing is kept when that is 0 or less */
  set(key: string, value: T, ttlMs: number): void;
  delete(key: string): void;
}

interface LruOptions<T> {
  /** Kept at once; what was used longest ago goes first. */
  mostEntries: number;
  /** Sizes together; a larger value is not kept at all. Unbounded unless said. */
  mostSize?: number;
  sizeOf?: (key: string, value: T) => number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** A bounded map in the order of last use. */
export function createLru<T>({
  mostEntries,
  mostSize = Number.POSITIVE_INFINITY,
  sizeOf = () => 0,
  now = Date.now,
}: LruOptions<T>): Lru<T> {
  const entries = new Map<string, { value: T; until: number; size: number }>();
  let size = 0;

  function remove(key: string): void {
    size -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  }

  return {
    get: (key) => {
      const entry = entries.get(key);
      if (!entry) return undefined;
      if (entry.until <= now()) {
        remove(key);
        return undefined;
      }
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set: (key, value, ttlMs) => {
      remove(key);
      const entry = { value, until: now() + ttlMs, size: sizeOf(key, value) };
      if (ttlMs <= 0 || entry.size > mostSize) return;
      entries.set(key, entry);
      size += entry.size;
      while (entries.size > mostEntries || size > mostSize) remove(entries.keys().next().value as string);
    },
    delete: remove,
  };
}
