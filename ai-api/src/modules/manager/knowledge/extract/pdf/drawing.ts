import { type Color, colorOf } from '../colors.ts';
import { type Box, boxOf, IDENTITY, type Matrix, pointAt, times } from './geometry.ts';

/** The instructions of a page, as pdf.js gives them. */
export interface Instructions {
  fnArray: readonly number[];
  argsArray: readonly (readonly unknown[] | null)[];
}

/** Text that one instruction shows. */
export interface Shown {
  text: string;
  start: [number, number];
  end: [number, number];
  /** Height of its letters in points. */
  size: number;
  /** 0 to 7; 3 and 7 draw nothing. */
  mode: number;
  /** Null for patterns. */
  color: Color | null;
  alpha: number;
  /** In a layer that is switched off. */
  isInHiddenLayer: boolean;
  /** Its place among all that is painted. */
  order: number;
}

/** An area that was filled, or a picture. */
export interface Painted {
  box: Box;
  kind: 'fill' | 'picture';
  color: Color | null;
  isOpaque: boolean;
  order: number;
}

export interface Drawing {
  shown: Shown[];
  painted: Painted[];
  /** Lines and shapes, such as letters that were turned into outlines. */
  shapes: number;
}

/** The state that `save` keeps. */
interface State {
  matrix: Matrix;
  color: Color | null;
  alpha: number;
  isBlended: boolean;
  size: number;
  leading: number;
  letterSpace: number;
  wordSpace: number;
  stretch: number;
  rise: number;
  mode: number;
}

interface Glyph {
  unicode: string;
  width: number;
  isSpace: boolean;
}

const START: State = {
  matrix: IDENTITY,
  color: [0, 0, 0],
  alpha: 1,
  isBlended: false,
  size: 0,
  leading: 0,
  letterSpace: 0,
  wordSpace: 0,
  stretch: 1,
  rise: 0,
  mode: 0,
};
/** Points: smaller pictures are dots and lines. */
const MIN_PICTURE = 20;
/** Numbers in the path of a rectangle: four points and their ends. */
const MAX_RECTANGLE = 16;

/**
 * Follows the instructions of a page: which text is shown where and how, and what is painted under and over it. It is
 * meant for instructions without pictures (`maxImageSize: 1`): what was put in place and painted nothing is a picture.
 * @param codes numbers of the instructions by their names
 * @param isLayerOn whether a layer is shown
 */
export function drawingOf(
  { fnArray, argsArray }: Instructions,
  codes: Readonly<Record<string, number>>,
  isLayerOn: (group: unknown) => boolean,
): Drawing {
  const names = new Map(Object.entries(codes).map(([name, code]) => [code, name]));
  const drawing: Drawing = { shown: [], painted: [], shapes: 0 };
  let state = START;
  let text = IDENTITY;
  let line = IDENTITY;
  let order = 0;
  /** Whether something was painted since the state was saved, and whether it was moved. */
  let frame = { isPainted: false, isMoved: false };
  const saved: { state: State; frame: typeof frame }[] = [];
  const layers: boolean[] = [];

  const set = (change: Partial<State>) => {
    state = { ...state, ...change };
  };
  const save = () => {
    saved.push({ state, frame });
    frame = { isPainted: false, isMoved: false };
  };
  const paint = (painted: Omit<Painted, 'order'>) => {
    frame.isPainted = true;
    drawing.painted.push({ ...painted, order: order++ });
  };
  const paintPicture = () => {
    const box = boxOf(state.matrix, 0, 0, 1, 1);
    const isLarge = box.right - box.left > MIN_PICTURE && box.top - box.bottom > MIN_PICTURE;
    if (isLarge) paint({ box, kind: 'picture', color: null, isOpaque: false });
  };
  const restore = () => {
    if (frame.isMoved && !frame.isPainted) paintPicture();
    const last = saved.pop();
    if (!last) return;
    last.frame.isPainted ||= frame.isPainted;
    ({ state, frame } = last);
  };
  const move = (x: number, y: number) => {
    line = times(line, [1, 0, 0, 1, x, y]);
    text = line;
  };

  function show(glyphs: readonly (Glyph | number | null)[]): void {
    const before = text;
    let shown = '';
    for (const glyph of glyphs) {
      const isGlyph = typeof glyph === 'object' && glyph !== null;
      const width = isGlyph
        ? (glyph.width / 1000) * state.size + state.letterSpace + (glyph.isSpace ? state.wordSpace : 0)
        : (-(glyph ?? 0) / 1000) * state.size;
      if (isGlyph) shown += glyph.unicode;
      text = times(text, [1, 0, 0, 1, width * state.stretch, 0]);
    }
    if (shown.trim() === '') return;
    frame.isPainted = true;
    const placed = times(state.matrix, before);
    const [x, y] = pointAt(placed, 0, 0);
    const [, , c, d] = placed;
    drawing.shown.push({
      text: shown,
      start: pointAt(placed, 0, state.rise),
      end: pointAt(times(state.matrix, text), 0, state.rise),
      size: Math.abs(state.size) * Math.hypot(c, d),
      mode: state.mode,
      color: state.color,
      alpha: state.alpha,
      isInHiddenLayer: layers.includes(false),
      order: Number.isFinite(x + y) ? order++ : order,
    });
  }

  function paintPath([how, paths, bounds]: readonly unknown[]): void {
    const [path] = (paths ?? []) as readonly unknown[];
    const name = names.get(how as number) ?? '';
    if (!/fill/i.test(name)) {
      if (/stroke/i.test(name)) drawing.shapes += 1;
      if (name !== 'endPath') frame.isPainted = true;
      return;
    }
    drawing.shapes += 1;
    frame.isPainted = true;
    const edges = bounds as ArrayLike<number> | null | undefined;
    if (!edges) return;
    const [left, bottom, right, top] = Array.from(edges) as [number, number, number, number];
    const isRectangle = ((path as ArrayLike<number> | null)?.length ?? 0) <= MAX_RECTANGLE;
    const isOpaque = isRectangle && state.alpha > 0.95 && !state.isBlended && state.color !== null;
    paint({ box: boxOf(state.matrix, left, bottom, right, top), kind: 'fill', color: state.color, isOpaque });
  }

  function setGraphics(entries: readonly (readonly [string, unknown])[]): void {
    for (const [name, value] of entries) {
      if (name === 'ca') set({ alpha: Number(value) });
      if (name === 'BM') set({ isBlended: value !== 'source-over' && value !== 'normal' });
      if (name === 'Font' && Array.isArray(value)) set({ size: Number(value[1]) });
    }
  }

  function follow(name: string, args: readonly unknown[]): void {
    const [first, second] = args as readonly number[];
    const one = first ?? 0;
    if (name === 'save' || name === 'beginGroup') save();
    else if (name === 'restore' || name === 'endGroup' || name === 'paintFormXObjectEnd') restore();
    else if (name === 'transform') {
      set({ matrix: times(state.matrix, args as unknown as Matrix) });
      frame.isMoved = true;
    } else if (name === 'paintFormXObjectBegin') {
      save();
      if (args[0])
        set({ matrix: times(state.matrix, Array.from(args[0] as ArrayLike<number>) as unknown as Matrix) });
    } else if (name === 'beginText') {
      text = IDENTITY;
      line = IDENTITY;
    } else if (name === 'setTextMatrix') {
      line = Array.from(args[0] as ArrayLike<number>) as unknown as Matrix;
      text = line;
    } else if (name === 'moveText') move(one, second ?? 0);
    else if (name === 'setLeadingMoveText') {
      set({ leading: -(second ?? 0) });
      move(one, second ?? 0);
    } else if (name === 'nextLine') move(0, -state.leading);
    else if (name === 'setLeading') set({ leading: one });
    else if (name === 'setFont') set({ size: second ?? 0 });
    else if (name === 'setCharSpacing') set({ letterSpace: one });
    else if (name === 'setWordSpacing') set({ wordSpace: one });
    else if (name === 'setHScale') set({ stretch: one / 100 });
    else if (name === 'setTextRise') set({ rise: one });
    else if (name === 'setTextRenderingMode') set({ mode: one });
    else if (name === 'setFillRGBColor') set({ color: solid(args[0]) });
    else if (name === 'setFillColorN' || name === 'setFillTransparent') set({ color: null });
    else if (name === 'setGState') setGraphics(args[0] as readonly [string, unknown][]);
    else if (name === 'showText') show(args[0] as readonly (Glyph | number)[]);
    else if (name === 'constructPath') paintPath(args);
    else if (/^paint.*(Image|XObject)/.test(name)) paintPicture();
    else if (name === 'shadingFill') frame.isPainted = true;
    else if (name === 'beginMarkedContent') layers.push(true);
    else if (name === 'beginMarkedContentProps') layers.push(args[0] !== 'OC' || isLayerOn(args[1]));
    else if (name === 'endMarkedContent') layers.pop();
  }

  for (const [index, code] of fnArray.entries()) follow(names.get(code) ?? '', argsArray[index] ?? []);
  while (saved.length > 0) restore();
  if (frame.isMoved && !frame.isPainted) paintPicture();
  return drawing;
}

function solid(value: unknown): Color | null {
  const color = typeof value === 'string' ? colorOf(value) : null;
  return color === 'none' ? null : color;
}
