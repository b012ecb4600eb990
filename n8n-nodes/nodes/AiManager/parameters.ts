import type { IExecuteFunctions } from 'n8n-workflow';

/** Reads a parameter for one item. */
export type ReadParameter = (name: string, itemIndex: number, fallback?: unknown) => unknown;

/**
 * Reads parameters of a node; one without an expression, which is the same for every item, is read once. n8n
 * searches the whole form for every parameter that is read, and the form of this node is long.
 */
export function parameterReader(context: IExecuteFunctions): ReadParameter {
  const { parameters } = context.getNode();
  const constants = new Map<string, unknown>();
  const isConstant = new Map<string, boolean>();
  return (name, itemIndex, fallback) => {
    if (!isConstant.has(name)) isConstant.set(name, !hasExpression(parameters[name]));
    const raw = parameters[name];
    if (isLocatorOfItem(raw))
      return { ...raw, value: context.evaluateExpression(raw.value.slice(1), itemIndex) };
    if (!isConstant.get(name)) return context.getNodeParameter(name, itemIndex, fallback);
    if (!constants.has(name)) constants.set(name, context.getNodeParameter(name, 0, fallback));
    return constants.get(name);
  };
}

/** A row that an expression names: its id is all that differs from item to item. */
function isLocatorOfItem(raw: unknown): raw is { __rl: true; value: string } {
  if (typeof raw !== 'object' || raw === null || !('__rl' in raw) || !('value' in raw)) return false;
  return typeof raw.value === 'string' && raw.value.startsWith('=');
}

function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return value.startsWith('=');
  return typeof value === 'object' && value !== null && Object.values(value).some(hasExpression);
}
