import { name, object } from './values.ts';

/** Path of a URI as VS Code stores it: an object with `fsPath` or `path`, or a `file:` URL. */
export function pathOf(uri: unknown): string | null {
  if (typeof uri === 'string') return fromUrl(uri);
  const { fsPath, path, external } = object(uri);
  const found = name(fsPath) ?? name(path) ?? (typeof external === 'string' ? fromUrl(external) : null);
  return found === null ? null : found.replace(/^\/([a-zA-Z]:\/)/, '$1');
}

function fromUrl(url: string): string | null {
  if (!url.startsWith('file://')) return name(url);
  try {
    return name(decodeURIComponent(new URL(url).pathname).replace(/^\/([a-zA-Z]:\/)/, '$1'));
  } catch {
    return name(url);
  }
}

/** Last part of a path of either kind of system. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}
