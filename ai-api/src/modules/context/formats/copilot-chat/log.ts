import type { Skips } from '../lines.ts';
import { isObject, type Json, list } from '../values.ts';

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
/** An array may not be extended over this many holes: no log does it. */
const MAX_GAP = 1000;

type Container = Record<string | number, unknown>;

/**
 * Replays the operation log of a chat session: 0 sets the state, 1 sets a value, 2 cuts an array and appends to it,
 * 3 deletes a value. A log without its first line is replayed on an empty state.
 */
export class OperationLog {
  state: Json = {};
  readonly #skips: Skips;

  constructor(skips: Skips) {
    this.#skips = skips;
  }

  apply(operation: Json, at: number): void {
    const { kind, v } = operation;
    if (kind === 0) {
      if (isObject(v)) this.state = v;
      else this.#skips.add(at, 'has a state that is not an object');
      return;
    }
    const keys = list(operation.k);
    const key = keys.at(-1);
    const parent = this.#parentOf(keys);
    if (parent === null || !isKey(parent, key)) this.#skips.add(at, 'changes a place that does not exist');
    else if (kind === 1) parent[key] = v;
    else if (kind === 2) append(parent, key, operation);
    else if (kind === 3) delete parent[key];
    else this.#skips.add(at, 'is an unknown operation');
  }

  /** The object or array that holds the last key; those that are missing are made. */
  #parentOf(keys: readonly unknown[]): Container | null {
    let parent: Container = this.state as Container;
    for (const [index, key] of keys.slice(0, -1).entries()) {
      if (!isKey(parent, key)) return null;
      const next = parent[key] ?? (typeof keys[index + 1] === 'number' ? [] : {});
      if (typeof next !== 'object') return null;
      parent[key] = next;
      parent = next as Container;
    }
    return keys.length > 0 ? parent : null;
  }
}

function isKey(parent: Container, key: unknown): key is string | number {
  if (Array.isArray(parent))
    return typeof key === 'number' && Number.isInteger(key) && key >= 0 && key <= parent.length + MAX_GAP;
  return typeof key === 'number' || (typeof key === 'string' && !FORBIDDEN.has(key));
}

function append(parent: Container, key: string | number, operation: Json): void {
  const known = parent[key];
  const array: unknown[] = Array.isArray(known) ? known : [];
  const { i } = operation;
  if (typeof i === 'number' && Number.isInteger(i) && i >= 0 && i < array.length) array.length = i;
  for (const value of list(operation.v)) array.push(value);
  parent[key] = array;
}
