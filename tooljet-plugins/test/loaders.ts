import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import type { QueryService } from '../common/types.ts';

type Loaded = { default: new () => QueryService };
type Loader = (file: string) => QueryService;

/** As ToolJet 2.27 and later: a module compiled in a context with every global of the server's process. */
const withCurrentGlobal: Loader = (file) => {
  const context = Object.create(null, Object.getOwnPropertyDescriptors(globalThis)) as vm.Context;
  return instantiate(file, context);
};

/** Globals that the newest ToolJet does not put into the context. */
const MISSING = new Set([
  'WebSocket',
  'MessageChannel',
  'TextDecoderStream',
  'navigator',
  'global',
  'globalThis',
]);

/** As the newest ToolJet: a new context with some of the globals, and intrinsics of its own. */
const inNewContext: Loader = (file) => {
  const intrinsics = new Set(vm.runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[]);
  const given = Object.getOwnPropertyNames(globalThis).filter(
    (name) => !MISSING.has(name) && !intrinsics.has(name),
  );
  const context = Object.fromEntries(given.map((name) => [name, Reflect.get(globalThis, name)]));
  return instantiate(file, context);
};

function instantiate(file: string, context: vm.Context): QueryService {
  const module = { exports: {} as Loaded };
  Object.assign(context, { module, exports: module.exports, require: createRequire(file), console });
  Object.assign(context, { __filename: file, __dirname: '.' });
  vm.runInNewContext(readFileSync(file, 'utf8'), context, { filename: file });
  return new module.exports.default();
}

/** The ways in which servers of ToolJet make an object of a bundle. */
export const LOADERS: Record<string, Loader> = {
  'with the current global': withCurrentGlobal,
  'in a new context': inNewContext,
};
