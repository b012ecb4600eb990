/** An object that can be exchanged for another one of its type while callers hold on to it. */
export interface HotSwap<T extends object> {
  /** Always acts as the newest object; its holders need not know. */
  readonly proxy: T;
  replace(next: T): void;
}

/** Calls that have begun end on the object that they began on. */
export function hotSwap<T extends object>(first: T): HotSwap<T> {
  let current = first;
  const proxy = new Proxy(first, { get: (_first, property) => Reflect.get(current, property) });
  return {
    proxy,
    replace: (next) => {
      current = next;
    },
  };
}
