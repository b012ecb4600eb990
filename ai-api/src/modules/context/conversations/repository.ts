/** A repository by its host and name, without protocol, credentials, port and `.git`; null for none. */
export function repositoryOf(source: string | null): string | null {
  const trimmed = source?.trim() ?? '';
  if (trimmed === '') return null;
  const name = trimmed
    .replace(/^[a-z][a-z+.-]*:\/\//i, '')
    .replace(/^[^@/\s]+@/, '')
    .replace(/^([\w.-]+):(?:\d+\/)?/, '$1/')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return name === '' ? null : name;
}
