import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface UsedTypes {
  resources: string[];
  data: string[];
}

/** Every resource and data source of one provider that the configuration below a directory names. */
export function usedTypes(directory: string, prefix = 'aws_'): UsedTypes {
  const text = terraformFiles(directory)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const named = (kind: string) =>
    [
      ...new Set(
        [...text.matchAll(new RegExp(`^\\s*${kind} "(${prefix}\\w+)"`, 'gm'))].map(
          ([, name]) => name as string,
        ),
      ),
    ].sort();
  return {
    resources: named('(?:resource|mock_resource|override_resource)'),
    data: named('(?:data|mock_data|override_data)'),
  };
}

/** The `.tf` and `.tftest.hcl` files below a directory, without what `init` put there. */
export function terraformFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tf|tftest\.hcl)$/.test(name) && !name.includes('.terraform'))
    .sort()
    .map((name) => join(directory, name));
}
