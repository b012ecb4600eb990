import { parentPort, workerData } from 'node:worker_threads';
import { UnreadableFile } from './block.ts';
import { readDocx } from './docx.ts';
import { readHtml } from './html.ts';
import type { ExtractTask } from './index.ts';
import { readJson } from './json.ts';
import { readMarkdown } from './markdown.ts';
import { readPdf } from './pdf.ts';

const { body, contentType } = workerData as ExtractTask;

const text = () => {
  const decoded = new TextDecoder('utf-8', { fatal: true });
  try {
    return decoded.decode(body);
  } catch (error) {
    throw new UnreadableFile('It is not text in UTF-8.', error);
  }
};

const READERS = {
  'application/pdf': () => readPdf(body),
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': () => readDocx(body),
  'text/html': async () => readHtml(text()),
  'text/markdown': async () => readMarkdown(text()),
  'text/plain': async () => readMarkdown(text()),
  'application/json': async () => readJson(text()),
} as const;

try {
  parentPort?.postMessage({ extracted: await READERS[contentType]() });
} catch (error) {
  if (!(error instanceof UnreadableFile)) throw error;
  parentPort?.postMessage({ unreadable: error.message });
}
