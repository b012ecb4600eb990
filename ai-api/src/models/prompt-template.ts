/** A name between double braces, as Langfuse writes it too. */
const VARIABLE = /\{\{\s*([A-Za-z][A-Za-z0-9_]{0,63})\s*\}\}/g;
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** A variable that a prompt declares. One without a value is filled in by the user of the prompt. */
export interface PromptVariable {
  name: string;
  description: string;
  value?: string | undefined;
}

/** What is wrong with a template: one plain sentence, and the variable it is about. */
export interface TemplateFault {
  variable: string | null;
  message: string;
}

/** The names a template uses, each once, in the order of their first use. */
export function variablesOf(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1] as string))];
}

/** Fills in every variable whose value is given, in one pass: braces inside a value stay as they are. */
export function renderTemplate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(VARIABLE, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] as string) : whole,
  );
}

/**
 * What keeps a template from being used: names that are used and not declared, declared and not used, declared
 * twice or without a value, and braces that are no variable.
 * @param supplied names that the user of the prompt fills in; null when no user of it is known
 */
export function faultsOf(
  text: string,
  variables: readonly PromptVariable[],
  supplied: readonly string[] | null,
): TemplateFault[] {
  const used = variablesOf(text);
  const declared = new Set<string>();
  const faults: TemplateFault[] = [];
  const fault = (variable: string | null, message: string) => faults.push({ variable, message });
  for (const { name, value } of variables) {
    if (!NAME.test(name)) fault(name, `"${name}" is no name of a variable: letters, digits and _ only.`);
    else if (declared.has(name)) fault(name, `{{${name}}} is declared twice.`);
    else if (!used.includes(name)) fault(name, `{{${name}}} is declared, but the text does not use it.`);
    else if (value === undefined && supplied && !supplied.includes(name))
      fault(name, `{{${name}}} has no value, and the platform does not fill it in.`);
    declared.add(name);
  }
  for (const name of used)
    if (!declared.has(name)) fault(name, `{{${name}}} is used, but not declared as a variable.`);
  const rest = text.replaceAll(VARIABLE, '');
  const stray = /\{\{|\}\}/.exec(rest);
  if (stray) {
    const around = rest.slice(Math.max(0, stray.index - 10), stray.index + 30).replaceAll(/\s+/g, ' ');
    fault(null, `There are braces that are not a variable near "${around.trim()}".`);
  }
  return faults;
}
