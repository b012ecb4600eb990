import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parse } from '@cdktn/hcl2json';
import { terraformFiles } from '../schema/used-types.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Body = { [name: string]: Json };

/** One `.tf` file, as written and as parsed; expressions stand as `${…}`. */
export interface ConfigurationFile {
  /** Path below the configuration's root, such as `modules/service/main.tf`. */
  path: string;
  folder: string;
  text: string;
  body: Body;
}

/** A block of two labels: `resource "aws_s3_bucket" "this" { … }`. */
export interface LabelledBlock {
  file: ConfigurationFile;
  type: string;
  name: string;
  body: Body;
}

/** Parses every `.tf` file below a directory. @param change what a file's text is replaced by, for planted errors */
export async function readConfiguration(
  directory: string,
  change: (path: string, text: string) => string = (_path, text) => text,
): Promise<ConfigurationFile[]> {
  const files = terraformFiles(directory).filter((file) => file.endsWith('.tf'));
  return Promise.all(
    files.map(async (file) => {
      const path = relative(directory, file);
      const text = change(path, readFileSync(file, 'utf8'));
      return { path, folder: dirname(path), text, body: (await parse(path, text)) as Body };
    }),
  );
}

/** The bodies of all blocks of a kind with one label, such as `variable`. */
export function named(file: ConfigurationFile, kind: string): [string, Body][] {
  const blocks = (file.body[kind] ?? {}) as Record<string, Body[]>;
  return Object.entries(blocks).flatMap(([name, bodies]) =>
    bodies.map((body): [string, Body] => [name, body]),
  );
}

/** All resources, of one type where it is given. */
export function resources(files: ConfigurationFile[], type?: string): LabelledBlock[] {
  return files.flatMap((file) => {
    const byType = (file.body.resource ?? {}) as Record<string, Record<string, Body[]>>;
    return Object.entries(byType)
      .filter(([found]) => type === undefined || found === type)
      .flatMap(([found, byName]) =>
        Object.entries(byName).flatMap(([name, bodies]) =>
          bodies.map((body) => ({ file, type: found, name, body })),
        ),
      );
  });
}

/** Every local value of a folder by its name. */
export function locals(files: ConfigurationFile[], folder: string): Body {
  const blocks = files
    .filter((file) => file.folder === folder)
    .flatMap((file) => (file.body.locals ?? []) as Body[]);
  return Object.assign({}, ...blocks) as Body;
}

/** Where the configuration is. */
export const CONFIGURATION = join(import.meta.dirname, '..', '..', 'terraform');
