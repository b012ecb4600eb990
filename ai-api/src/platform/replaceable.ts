/** Something that can be exchanged for its like while others hold on to it. */
export interface Replaceable<T extends object> {
  /** Always acts as the newest one; whoever holds it need not know. */
  readonly proxy: T;
  replace(next: T): void;
}

/** Calls that have begun end on the one they began on. */
export function replaceable<T extends object>(first: T): Replaceable<T> {
  let current = first;
  const proxy = new Proxy(first, { get: (_first, property) => Reflect.get(current, property) });
  return {
    proxy,
    replace: (next) => {
      current = next;
    },
  };
}
