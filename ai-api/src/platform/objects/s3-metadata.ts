import type { ObjectMetadata } from './object-store.ts';

const ENCODED = '%:';

/** Metadata as headers carry it: a value that is empty, or that a header would trim, is percent-encoded. */
export function writeMetadata(metadata: ObjectMetadata): Record<string, string> {
  return map(metadata, (value) =>
    value.trim() !== value || value === '' || value.startsWith(ENCODED)
      ? ENCODED + encodeURIComponent(value)
      : value,
  );
}

/** The inverse of {@link writeMetadata}; what others wrote is left as it is. */
export function readMetadata(headers: Record<string, string>): ObjectMetadata {
  return map(headers, (value) => {
    if (!value.startsWith(ENCODED)) return value;
    try {
      return decodeURIComponent(value.slice(ENCODED.length));
    } catch {
      return value;
    }
  });
}

function map(of: ObjectMetadata, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));
}
