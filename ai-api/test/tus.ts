import { randomBytes } from 'node:crypto';
import { ADMIN_KEY } from './api.ts';

export const MB = 1024 * 1024;

const encoded = (value: string) => Buffer.from(value).toString('base64');

/** Metadata of an upload: figures as CSV, by default. */
export function uploadMetadata(given: Record<string, string> = {}): string {
  return Object.entries({ filename: 'figures.csv', filetype: 'text/csv', category: 'data', ...given })
    .map(([name, value]) => `${name} ${encoded(value)}`)
    .join(',');
}

/** Text of so many bytes. */
export const figures = (bytes: number) => Buffer.from(randomBytes(bytes / 2).toString('hex'));

/** The requests of resumable uploads that a person makes. @param url of the API */
export function tusClient(url: () => string, person: string) {
  const headers = {
    authorization: `Bearer ${ADMIN_KEY}`,
    'ai-manager-acting-for': person,
    'tus-resumable': '1.0.0',
  };
  const post = (bytes: number, given: Record<string, string> = {}) =>
    fetch(`${url()}/uploads`, {
      method: 'POST',
      headers: { ...headers, 'upload-length': String(bytes), 'upload-metadata': uploadMetadata(given) },
    });
  return {
    headers,
    post,
    /** @returns where the pieces go */
    begin: async (bytes: number, given: Record<string, string> = {}): Promise<string> => {
      const response = await post(bytes, given);
      const place = response.headers.get('location');
      if (response.status !== 201 || !place) throw new Error(`${response.status}: ${await response.text()}`);
      return place;
    },
    patch: (place: string, offset: number, body: Uint8Array) =>
      fetch(place, {
        method: 'PATCH',
        headers: {
          ...headers,
          'upload-offset': String(offset),
          'content-type': 'application/offset+octet-stream',
        },
        body: new Uint8Array(body),
      }),
  };
}
