import { strFromU8, unzip, unzipSync } from 'fflate';
import { UnreadableFile } from '../block.ts';
import { childrenOf, rootOf } from './xml.ts';

/** Unpacked, so that a small file cannot grow to fill the memory. */
const MAX_BYTES = 100 * 1024 * 1024;
const MAX_FILES = 5000;
const PART = /^(\[Content_Types\]\.xml|_rels\/\.rels|[^/]+\/([\w-]+\.xml|_rels\/[\w-]+\.xml\.rels))$/i;

export interface Archive {
  /** The text of a part beside the document, such as `styles`; undefined where there is none. */
  part(name: string): string | undefined;
  document: string;
  /** Parts by the ids that the document calls them by. */
  relation(id: string | undefined): string | undefined;
}

/** Unpacks the text parts of a Word document. */
export async function openArchive(body: Uint8Array): Promise<Archive> {
  await refuseBomb(body);
  const files = unpacked(body);
  const main = targetIn(files['_rels/.rels'], /\/officeDocument$/) ?? 'word/document.xml';
  const document = files[main];
  if (document === undefined) throw new UnreadableFile('It is not a readable Word document.');
  const folder = main.includes('/') ? main.slice(0, main.lastIndexOf('/') + 1) : '';
  const relations = files[`${folder}_rels/${main.slice(folder.length)}.rels`];
  const resolve = (target: string) => (target.startsWith('/') ? target.slice(1) : `${folder}${target}`);
  const ofType = (name: string) => targetIn(relations, new RegExp(`/${name}$`));
  return {
    document,
    part: (name) => files[resolve(ofType(name) ?? `${name}.xml`)],
    relation: (id) => {
      const found = relationsIn(relations).find(({ attribs }) => attribs.Id === id);
      return found && files[resolve(found.attribs.Target ?? '')];
    },
  };
}

const relationsIn = (source: string | undefined) => childrenOf(rootOf(source), 'Relationship');

function targetIn(source: string | undefined, type: RegExp): string | undefined {
  const target = relationsIn(source).find(({ attribs }) => type.test(attribs.Type ?? ''))?.attribs.Target;
  return target?.replace(/^\//, '');
}

function unpacked(body: Uint8Array): Record<string, string> {
  try {
    const files = unzipSync(body, { filter: ({ name }) => PART.test(name) });
    return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, strFromU8(content)]));
  } catch (error) {
    throw new UnreadableFile('It is not a readable Word document.', error);
  }
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
