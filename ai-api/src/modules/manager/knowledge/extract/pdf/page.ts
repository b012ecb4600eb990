import { getResolvedPDFJS } from 'unpdf';
import { annotationsOf } from './annotations.ts';
import { drawingOf, type Instructions } from './drawing.ts';
import type { Box, Matrix } from './geometry.ts';
import { hasTextInPictures, isSeen, pictureShare, seenItems, type TextItem } from './visible.ts';

/** A page as it is in the file. */
export interface PageRead {
  items: TextItem[];
  viewport: Matrix;
  width: number;
  height: number;
  /** Texts typed or filled in on top of it. */
  typed: string[];
  comments: number;
  files: string[];
  hasHidden: boolean;
  /** Share of its area that pictures without text in them cover, 0 to 1. */
  pictures: number;
  /** Whether anything is painted on it. */
  isPainted: boolean;
}

type Document = Awaited<ReturnType<typeof import('unpdf').getDocumentProxy>>;

/** Reads the pages of a document, one after the other. */
export async function* pagesOf(document: Document): AsyncGenerator<PageRead> {
  const { OPS, AnnotationMode } = await getResolvedPDFJS();
  const layers = await document.getOptionalContentConfig();
  const isLayerOn = (group: unknown) => layers.isVisible(group as Parameters<typeof layers.isVisible>[0]);
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    const content = await page.getTextContent({ disableNormalization: true });
    const items = content.items.filter((item) => 'str' in item) as TextItem[];
    const list = await page.getOperatorList({ annotationMode: AnnotationMode.DISABLE });
    const drawing = drawingOf(list as Instructions, OPS, isLayerOn);
    const [left = 0, bottom = 0, right = 0, top = 0] = page.view;
    const box: Box = { left, bottom, right, top };
    const seen = new Set(drawing.shown.filter((shown) => isSeen(shown, drawing, box)));
    const { texts, comments, hidden, files } = annotationsOf(await page.getAnnotations());
    const viewport = page.getViewport({ scale: 1 });
    yield {
      items: seenItems(items, drawing.shown, seen),
      viewport: viewport.transform as unknown as Matrix,
      width: viewport.width,
      height: viewport.height,
      typed: texts,
      comments,
      files,
      hasHidden: hidden > 0 || seen.size < drawing.shown.length,
      pictures: hasTextInPictures(drawing) ? 0 : pictureShare(drawing, box),
      isPainted: drawing.painted.length > 0 || drawing.shapes > 0,
    };
    page.cleanup();
  }
}
