import { strFromU8, strToU8, unzip, unzipSync, zipSync } from 'fflate';
import mammoth from 'mammoth';
import { type Extracted, UnreadableFile } from './block.ts';
import { readHtml } from './html.ts';

/** Unpacked, so that a small file cannot grow to fill the memory. */
const MAX_BYTES = 100 * 1024 * 1024;
const MAX_FILES = 5000;
/** First bytes of a compound file: what Office writes when a document is encrypted, and wrote before 2007. */
const COMPOUND_FILE = 'd0cf11e0a1b11ae1';

/** Reads a Word document of 2007 or later. */
export async function readDocx(body: Uint8Array): Promise<Extracted> {
  if (Buffer.from(body.subarray(0, 8)).toString('hex') === COMPOUND_FILE) {
    throw new UnreadableFile(
      'It is encrypted, or of a Word older than 2007. Save it as .docx without a password.',
    );
  }
  await refuseBomb(body);
  try {
    const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(withoutHidden(body)) });
    return readHtml(value);
  } catch (error) {
    throw new UnreadableFile('It is not a readable Word document.', error);
  }
}

const TEXT_PARTS = /^word\/(document|footnotes|endnotes)\.xml$/;
/** A run of text, and the mark in its properties that hides it unless it is switched off. */
const RUN = /<w:r(?: [^>]*)?>(?:(?!<\/?w:r[ >])[\s\S])*<\/w:r>/g;
const HIDDEN = /<w:(?:vanish|specVanish)(?:\s*\/?>|\s+w:val="(?:1|true|on)")/;

/** The same document without the text that Word hides: drafts and notes that no reader of it sees. */
function withoutHidden(body: Uint8Array): Uint8Array {
  const files = unzipSync(body);
  let isChanged = false;
  for (const [name, content] of Object.entries(files)) {
    if (!TEXT_PARTS.test(name)) continue;
    const text = strFromU8(content);
    if (!HIDDEN.test(text)) continue;
    files[name] = strToU8(text.replaceAll(RUN, (run) => (HIDDEN.test(run) ? '' : run)));
    isChanged = true;
  }
  return isChanged ? zipSync(files, { level: 0 }) : body;
}

/** Adds up what the archive says its files are before any of them is unpacked. */
function refuseBomb(body: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let files = 0;
    unzip(
      body,
      {
        filter: ({ originalSize }) => {
          bytes += originalSize;
          files += 1;
          return false;
        },
      },
      (error) => {
        if (error) return reject(new UnreadableFile('It is not a readable Word document.', error));
        if (bytes > MAX_BYTES || files > MAX_FILES)
          return reject(new UnreadableFile('It is too large when unpacked.'));
        resolve();
      },
    );
  });
}
