import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { isSignedBy } from './sigv4.ts';

const BUCKET = 'objects';
const REGION = 'eu-west-1';
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'an-example-for-the-recorder' };

interface Held {
  body: Buffer;
  headers: Record<string, string>;
}

export interface S3Recorder {
  /** What a store is opened with. */
  options: { bucket: string; region: string; endpoint: string; credentials: typeof CREDENTIALS };
  objects: Map<string, Held>;
  /** Parts of uploads that were neither completed nor aborted. */
  uploads: Map<string, Map<number, Buffer>>;
  /** Method and key of each request, in order. */
  asked: string[];
  /** The next requests are answered with these, `hang!` with nothing. */
  faults: (number | 'hang!')[];
  close(): Promise<void>;
}

/**
 * A bucket of S3 on a loopback port: objects, listing, uploads in parts, signed URLs. A request whose
 * signature is not right is refused.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
export async function startS3Recorder(): Promise<S3Recorder> {
  const objects = new Map<string, Held>();
  const uploads: S3Recorder['uploads'] = new Map();
  const asked: string[] = [];
  const faults: S3Recorder['faults'] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => null);
    if (!body) return;
    const url = new URL(request.url ?? '', 'http://recorder');
    const key = decodeURIComponent(url.pathname.slice(BUCKET.length + 2));
    asked.push(`${request.method} ${key}`);
    const fault = faults.shift();
    if (fault === 'hang!') return;
    if (fault) {
      fail(response, fault, 'InternalError');
      return;
    }
    if (!url.pathname.startsWith(`/${BUCKET}`)) {
      fail(response, 404, 'NoSuchBucket');
      return;
    }
    if (!isSignedBy(CREDENTIALS, REGION, request, body)) {
      fail(response, 403, 'SignatureDoesNotMatch');
      return;
    }
    answer({ request, response, body, url, key });
  });

  interface Call {
    request: IncomingMessage;
    response: ServerResponse;
    body: Buffer;
    url: URL;
    key: string;
  }

  function answer(call: Call): void {
    const { request, response, url, key } = call;
    if (url.searchParams.has('uploads') || url.searchParams.has('uploadId')) {
      inParts(call);
      return;
    }
    if (key === '') {
      list(call);
      return;
    }
    if (request.method === 'PUT') {
      objects.set(key, { body: call.body, headers: kept(request) });
      response.writeHead(200, { etag: '"x"' }).end();
    } else if (request.method === 'DELETE') {
      objects.delete(key);
      response.writeHead(204).end();
    } else read(call);
  }

  function read({ request, response, url, key }: Call): void {
    const held = objects.get(key);
    if (!held) {
      fail(response, 404, 'NoSuchKey', request.method === 'HEAD');
      return;
    }
    const disposition = url.searchParams.get('response-content-disposition');
    response.writeHead(200, {
      ...held.headers,
      'content-length': held.body.length,
      ...(disposition ? { 'content-disposition': disposition } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : held.body);
  }

  function inParts({ request, response, body, url, key }: Call): void {
    const id = url.searchParams.get('uploadId');
    if (id === null) {
      const made = `${encodeURIComponent(JSON.stringify(kept(request)))}.${randomUUID()}`;
      uploads.set(made, new Map());
      xml(
        response,
        `<InitiateMultipartUploadResult><UploadId>${made}</UploadId></InitiateMultipartUploadResult>`,
      );
      return;
    }
    const parts = uploads.get(id);
    if (!parts) {
      fail(response, 404, 'NoSuchUpload');
      return;
    }
    if (request.method === 'PUT') {
      parts.set(Number(url.searchParams.get('partNumber')), body);
      response.writeHead(200, { etag: '"part"' }).end();
      return;
    }
    uploads.delete(id);
    if (request.method === 'DELETE') {
      response.writeHead(204).end();
      return;
    }
    const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
    const headers = JSON.parse(decodeURIComponent(id.slice(0, id.lastIndexOf('.')))) as Record<
      string,
      string
    >;
    objects.set(key, { body: Buffer.concat(inOrder), headers });
    xml(response, '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>');
  }

  function list({ response, url }: Call): void {
    const after = url.searchParams.get('start-after') ?? '';
    const limit = Number(url.searchParams.get('max-keys') ?? 1000);
    const found = [...objects.keys()]
      .filter((key) => key.startsWith(url.searchParams.get('prefix') ?? '') && compare(key, after) > 0)
      .sort(compare);
    const contents = found
      .slice(0, limit)
      .map((key) => `<Contents><Key>${formEncoded(key)}</Key></Contents>`);
    const isTruncated = found.length > limit;
    xml(
      response,
      `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${isTruncated}</IsTruncated>${contents.join('')}</ListBucketResult>`,
    );
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    options: {
      bucket: BUCKET,
      region: REGION,
      endpoint: `http://127.0.0.1:${port}`,
      credentials: CREDENTIALS,
    },
    objects,
    uploads,
    asked,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function kept({ headers }: IncomingMessage): Record<string, string> {
  const names = Object.keys(headers).filter(
    (name) => name === 'content-type' || name.startsWith('x-amz-meta-'),
  );
  return Object.fromEntries(names.map((name) => [name, String(headers[name])]));
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function formEncoded(key: string): string {
  return encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
}

function xml(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${body}`);
}

function fail(response: ServerResponse, status: number, code: string, withoutBody = false): void {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>about SENSITIVE-DETAIL</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml' }).end(withoutBody ? undefined : body);
}
