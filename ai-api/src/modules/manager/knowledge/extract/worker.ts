import { parentPort, workerData } from 'node:worker_threads';
import { passagesOf } from '../passages.ts';
import { type Extracted, UnreadableFile } from './block.ts';
import { readDocx } from './docx.ts';
import { refuseOthers, textIn } from './format.ts';
import { readHtml } from './html.ts';
import type { ExtractTask } from './index.ts';
import { readJson } from './json.ts';
import { readMarkdown } from './markdown.ts';
import { readPdf } from './pdf.ts';

const { body, contentType } = workerData as ExtractTask;

const text = () => textIn(body, contentType);

const READERS = {
  'application/pdf': () => readPdf(body),
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': () => readDocx(body),
  'text/html': () => readHtml(text()),
  'text/markdown': () => readMarkdown(text()),
  'text/plain': () => readMarkdown(text()),
  'application/json': () => readJson(text()),
} satisfies Record<string, () => Extracted | Promise<Extracted>>;

try {
  refuseOthers(body);
  const { blocks, ...read } = await READERS[contentType]();
  parentPort?.postMessage({ read: { ...read, passages: passagesOf(blocks) } });
} catch (error) {
  const reason = error instanceof RangeError ? new UnreadableFile('It is nested too deeply.') : error;
  if (!(reason instanceof UnreadableFile)) throw reason;
  parentPort?.postMessage({ unreadable: reason.message });
}
