/** The value of one cookie of a `Cookie` header. Of two with one name, one of which may be planted, neither. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

export interface Cookies {
  /** Whether browsers keep our cookies at this address at all. */
  readonly isPossible: boolean;
  /** Its name in the browser: with `__Host-` where the address is https. */
  nameOf(name: string): string;
  /** @param seconds for how long; 0 deletes it */
  write(name: string, value: string, seconds: number): string;
}

/**
 * Cookies that scripts cannot read and other sites' forms do not send. Over https they are `__Host-` cookies, which
 * no other host can set (RFC 6265bis). Plain http carries them on this machine alone, without the prefix and
 * `Secure`, since not every browser takes those there.
 * @param publicUrl where people reach the API
 */
export function createCookies(publicUrl: string): Cookies {
  const { protocol, hostname } = new URL(publicUrl);
  const isSecure = protocol === 'https:';
  const nameOf = (name: string) => (isSecure ? `__Host-${name}` : name);
  return {
    isPossible: isSecure || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname),
    nameOf,
    write: (name, value, seconds) =>
      [
        `${nameOf(name)}=${value}`,
        'Path=/',
        `Max-Age=${seconds}`,
        'HttpOnly',
        'SameSite=Lax',
        ...(isSecure ? ['Secure'] : []),
      ].join('; '),
  };
}
