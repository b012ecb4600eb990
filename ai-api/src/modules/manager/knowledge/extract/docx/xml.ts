import { load } from 'cheerio';
import { type AnyNode, type Element, isTag } from 'domhandler';

/** The first element of a part of the archive; null where it is missing. */
export function rootOf(source: string | undefined): Element | null {
  if (source === undefined) return null;
  return load(source, { xml: true }).root().children().toArray().at(-1) ?? null;
}

export const elementsOf = (element: Element | null | undefined): Element[] =>
  (element?.children ?? []).filter((child: AnyNode) => isTag(child)) as Element[];

/** Children of a name, such as `w:p`. */
export const childrenOf = (element: Element | null | undefined, name: string): Element[] =>
  elementsOf(element).filter((child) => child.name === name);

/** The first at the end of a path of names. */
export function childOf(element: Element | null | undefined, ...path: string[]): Element | undefined {
  let at = element ?? undefined;
  for (const name of path) at = elementsOf(at).find((child) => child.name === name);
  return at;
}

/** All of a name below an element. */
export function* descendantsOf(element: Element, name: string): Generator<Element> {
  for (const child of elementsOf(element)) {
    if (child.name === name) yield child;
    yield* descendantsOf(child, name);
  }
}

export function hasBelow(element: Element, ...names: string[]): boolean {
  return elementsOf(element).some((child) => names.includes(child.name) || hasBelow(child, ...names));
}

/** `w:val` of an element. */
export const valOf = (element: Element | undefined): string | undefined => element?.attribs['w:val'];

/** A property that is on by being there; undefined where it is not there. */
export function isOn(properties: Element | undefined, name: string): boolean | undefined {
  const found = childOf(properties, name);
  return found && !/^(0|false|off)$/.test(valOf(found) ?? '1');
}
