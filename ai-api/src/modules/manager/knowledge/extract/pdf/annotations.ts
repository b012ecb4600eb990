import { clean } from '../block.ts';

/** An annotation of pdf.js, as far as it is looked at. */
interface Annotation {
  subtype?: string;
  annotationFlags?: number;
  contentsObj?: { str?: string };
  fieldType?: string | null;
  fieldValue?: unknown;
  hidden?: boolean;
  rect?: number[];
  file?: { filename?: string };
}

/** Bits of what is not shown on the screen: hidden, no view. */
const NOT_SHOWN = 2 | 32;

/**
 * What is on a page beside its text: what was typed on it or filled in is part of it, comments and files are not.
 * @returns texts from above to below
 */
export function annotationsOf(annotations: readonly unknown[]): {
  texts: string[];
  comments: number;
  hidden: number;
  files: string[];
} {
  const found = { texts: [] as { y: number; text: string }[], comments: 0, hidden: 0, files: [] as string[] };
  for (const one of annotations as Annotation[]) {
    const isHidden = ((one.annotationFlags ?? 0) & NOT_SHOWN) !== 0 || one.hidden === true;
    const contents = clean(one.contentsObj?.str ?? '');
    const filled = /^(Tx|Ch)$/.test(one.fieldType ?? '')
      ? clean([one.fieldValue ?? ''].flat().join(', '))
      : '';
    const shown = one.subtype === 'FreeText' ? contents : filled;
    if (one.subtype === 'FileAttachment') found.files.push(one.file?.filename ?? '');
    else if (shown !== '' && isHidden) found.hidden += 1;
    else if (shown !== '') found.texts.push({ y: one.rect?.[3] ?? 0, text: shown });
    else if (contents !== '' && !/^(Link|Popup|Widget)$/.test(one.subtype ?? '')) found.comments += 1;
  }
  const texts = found.texts.toSorted((a, b) => b.y - a.y).map(({ text }) => text);
  return { ...found, texts };
}
