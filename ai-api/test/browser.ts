/** The part of a browser that signing in needs: cookies, and redirects that are followed one by one. */
export interface Browser {
  cookies: Map<string, string>;
  /** One request with the cookies; redirects are not followed. */
  send(url: string, options?: RequestInit): Promise<Response>;
  /** Follows redirects until `isThere`, or to the end. */
  visit(url: string, isThere?: (url: string) => boolean): Promise<{ url: string; response: Response }>;
}

const MAX_REDIRECTS = 15;

export function createBrowser(): Browser {
  const cookies = new Map<string, string>();

  async function send(url: string, options: RequestInit = {}): Promise<Response> {
    const headers = new Headers(options.headers);
    const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (jar) headers.set('cookie', jar);
    const response = await fetch(url, { ...options, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /Max-Age=0|expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }

  return {
    cookies,
    send,
    visit: async (url, isThere = () => false) => {
      let at = url;
      for (let hop = 0; hop < MAX_REDIRECTS; hop++) {
        const response = await send(at);
        const location = response.headers.get('location');
        if (location === null) return { url: at, response };
        at = new URL(location, at).href;
        if (isThere(at)) return { url: at, response };
      }
      throw new Error(`more than ${MAX_REDIRECTS} redirects, at ${at}`);
    },
  };
}
