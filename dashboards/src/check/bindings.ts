/** Texts between double braces, wherever they stand in a value. */
export function bindingsIn(value: unknown): string[] {
  if (typeof value === 'string')
    return [...value.matchAll(/\{\{(.*?)\}\}(?!\})/gs)].map(([, inner]) => inner ?? '');
  if (Array.isArray(value)) return value.flatMap(bindingsIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(bindingsIn);
  return [];
}

const REFERENCE = /\b(queries|components|variables)\s*(?:\?\.|\.)\s*(\w+)/g;

/** What a binding refers to. */
export function referencesOf(
  binding: string,
): { kind: 'queries' | 'components' | 'variables'; name: string }[] {
  return [...binding.matchAll(REFERENCE)].map(([, kind, name]) => ({
    kind: kind as 'queries' | 'components' | 'variables',
    name: name as string,
  }));
}

/** Why ToolJet could not evaluate a binding; undefined when it can. */
export function bindingFault(binding: string): string | undefined {
  if (/\{\{|\}\}/.test(binding)) return 'has braces that meet, at which ToolJet 2.27 ends it';
  if (binding.includes('\n')) return 'has more than one line, which ToolJet 2.27 does not evaluate';
  try {
    new Function(`return (${binding}\n)`);
    return undefined;
  } catch (error) {
    return `is not an expression: ${(error as Error).message}`;
  }
}
