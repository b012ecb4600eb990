import { readdir, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const directory = new URL('../prompts/', import.meta.url);

const frontMatter = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be lower case words joined by hyphens'),
  description: z.string().min(1).max(500),
  variables: z
    .array(z.strictObject({ name: z.string(), description: z.string(), value: z.string().optional() }))
    .default([]),
  config: z.record(z.string(), z.unknown()).default({}),
});

/** A prompt as it stands in a file: what is known about it, and its text. */
export interface PromptFile extends z.output<typeof frontMatter> {
  text: string;
}

/** Every prompt of `langfuse/prompts/`, by name. @throws naming the file that is not valid */
export async function readPromptFiles(from: URL = directory): Promise<PromptFile[]> {
  const files = (await readdir(from)).filter((file) => file.endsWith('.md')).sort();
  return Promise.all(
    files.map(async (file) => parsePromptFile(file, await readFile(new URL(file, from), 'utf8'))),
  );
}

/** Reads front matter in YAML between two lines of `---`, then the text. @throws naming `file` */
export function parsePromptFile(file: string, source: string): PromptFile {
  const parts = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(source);
  if (!parts) throw new Error(`${file} does not begin with front matter between two lines of ---`);
  let data: unknown;
  try {
    data = parse(parts[1] as string);
  } catch (cause) {
    throw new Error(`${file}: the front matter is not YAML`, { cause });
  }
  const parsed = frontMatter.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${file}: ${issue?.path.join('.') || 'front matter'}: ${issue?.message}`);
  }
  if (`${parsed.data.name}.md` !== file) throw new Error(`${file}: name must match the file name`);
  const text = (parts[2] as string).trim();
  if (text === '') throw new Error(`${file} has no text`);
  return { ...parsed.data, text };
}
