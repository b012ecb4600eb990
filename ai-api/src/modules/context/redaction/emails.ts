const EMAIL =
  /(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])/g;

/** Addresses that belong to no person: remotes of git, and the authors that assistants put into commits. */
const IMPERSONAL = /^(?:git|hg|svn|ssh|noreply|no-reply)@|noreply\./i;

/** Replaces e-mail addresses of people. */
export function replaceEmails(text: string, replacement: string, found: () => void): string {
  if (!text.includes('@')) return text;
  return text.replace(EMAIL, (address) => {
    if (IMPERSONAL.test(address)) return address;
    found();
    return replacement;
  });
}
