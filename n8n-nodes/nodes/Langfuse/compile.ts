import type { IDataObject } from 'n8n-workflow';

/** Text with variables, or messages whose content has them. */
export type PromptTemplate = string | IDataObject[];

/**
 * Puts variables in for `{{name}}`, as Langfuse's own clients do, in one pass: a value that looks like a
 * variable stays text.
 *
 * @returns the compiled prompt and the names that had no value; those stay as they are
 */
export function compilePrompt(
  template: PromptTemplate,
  variables: Record<string, unknown>,
): { prompt: PromptTemplate; missing: string[] } {
  const missing = new Set<string>();
  const fill = (text: string) =>
    text.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (whole, name: string) => {
      if (Object.hasOwn(variables, name)) return textOf(variables[name]);
      missing.add(name);
      return whole;
    });
  const prompt =
    typeof template === 'string'
      ? fill(template)
      : template.flatMap((message) => compileMessage(message, variables, fill, missing));
  return { prompt, missing: [...missing] };
}

/** A placeholder message stands for the messages that the variable of its name holds. */
function compileMessage(
  message: IDataObject,
  variables: Record<string, unknown>,
  fill: (text: string) => string,
  missing: Set<string>,
): IDataObject[] {
  if (message.type === 'placeholder' && typeof message.name === 'string') {
    const messages = variables[message.name];
    if (Array.isArray(messages)) return messages as IDataObject[];
    missing.add(message.name);
    return [message];
  }
  return [typeof message.content === 'string' ? { ...message, content: fill(message.content) } : message];
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
