import type { CheerioAPI } from 'cheerio';
import { type AnyNode, type Element, isComment, isTag as isElement, isText } from 'domhandler';
import { clean } from '../block.ts';
import { type Color, colorOf, isSameColor, WHITE } from '../colors.ts';
import type { UnreadNotes } from '../unread.ts';
import { type Style, stylesOf } from './style.ts';
import { INLINE, SKIPPED } from './tags.ts';

/** What an element has from those around it; null where it is not known. */
interface Look {
  color: Color | null;
  background: Color | null;
  size: number;
}

const DEFAULT: Look = { color: [0, 0, 0], background: WHITE, size: 16 };
/** Pixels below which letters cannot be read. */
const MIN_SIZE = 4;
const HIDING_CLASS = /^(sr-only|visually-hidden|visuallyhidden|screen-reader-text|d-none|hidden|is-hidden)$/;
const STRUCK = new Set(['del', 's', 'strike']);

/**
 * Takes out of a page what a reader of it does not see, and notes that it was there: comments, hidden, tiny and
 * invisible text, and what is struck out.
 */
export function removeHidden($: CheerioAPI, unread: UnreadNotes): void {
  const styleOf = stylesOf($);
  const hasForeignSheet = $('link[rel~="stylesheet"]').length > 0;
  let heading = '';

  function walk(node: AnyNode, around: Look): void {
    if (isComment(node)) {
      if (/\p{L}{2}.*\s.*\p{L}{2}/su.test(node.data) && !/^\s*(\[if|<!\[| ?\/?wp:)/.test(node.data))
        unread.add('comment', heading);
      $(node).remove();
      return;
    }
    if (isText(node)) {
      if (!isVisible(around) && clean(node.data) !== '') {
        unread.add('hidden', heading);
        $(node).remove();
      }
      return;
    }
    if (!isElement(node)) {
      if ('children' in node) for (const child of [...node.children]) walk(child, around);
      return;
    }
    const { name } = node;
    if (SKIPPED.has(name) && name !== 'head') {
      noteSkipped($, node, unread, heading);
      return;
    }
    const style = styleOf(node);
    if (isHidden(node, style)) {
      takeOut(node, 'hidden');
      return;
    }
    if (
      STRUCK.has(name) ||
      /line-through/.test(style.get('text-decoration') ?? style.get('text-decoration-line') ?? '')
    ) {
      takeOut(node, 'deleted');
      return;
    }
    const look = lookOf(node, style, around, hasForeignSheet);
    for (const child of [...node.children]) walk(child, look);
    if (/^h[1-6]$/.test(name)) heading = clean($(node).text());
  }

  function takeOut(element: Element, reason: 'hidden' | 'deleted'): void {
    if (clean($(element).text()) !== '') unread.add(reason, heading);
    if (INLINE.has(element.name)) $(element).replaceWith(' ');
    else $(element).remove();
  }

  for (const child of [...$.root().contents().toArray()]) walk(child, DEFAULT);
}

function isVisible({ color, background, size }: Look): boolean {
  if (size < MIN_SIZE) return false;
  return color === null || background === null || !isSameColor(color, background);
}

/** Frames and pictures that say nothing of themselves are noted; the rest is part of the page and not of its text. */
function noteSkipped($: CheerioAPI, element: Element, unread: UnreadNotes, heading: string): void {
  const { name, attribs } = element;
  if (name === 'iframe' || name === 'object' || name === 'embed')
    unread.add('embedded', attribs.title || attribs.src || attribs.data || heading);
  if (name === 'svg' && $(element).find('text').length > 0) unread.add('picture', heading);
  $(element).replaceWith(' ');
}

function isHidden({ name, attribs }: Element, style: Style): boolean {
  if ('hidden' in attribs && attribs.hidden !== 'until-found') return true;
  if (attribs['aria-hidden'] === 'true' || (name === 'dialog' && !('open' in attribs))) return true;
  if (name === 'input' && attribs.type === 'hidden') return true;
  const classes = (attribs.class ?? '').split(/\s+/);
  if (classes.some((one) => HIDING_CLASS.test(one))) return true;
  return isHiddenByStyle(style);
}

function isHiddenByStyle(style: Style): boolean {
  const value = (name: string) => style.get(name) ?? '';
  if (value('display') === 'none' || /^(hidden|collapse)$/.test(value('visibility'))) return true;
  if (value('mso-hide') === 'all' || Number.parseFloat(value('opacity') || '1') < 0.05) return true;
  if (['left', 'top', 'text-indent'].some((name) => /^-\d{3,}/.test(value(name)))) return true;
  return /^rect\((0|1px)[\s,]/.test(value('clip')) || /^inset\((50|100)%/.test(value('clip-path'));
}

function lookOf(element: Element, style: Style, around: Look, hasForeignSheet: boolean): Look {
  const { attribs, name } = element;
  // A sheet that is not in the file may give any of its classes a background.
  const isUnknown = hasForeignSheet && name !== 'body' && name !== 'html' && (attribs.class || attribs.id);
  const image = /url\(|gradient\(/.test(`${style.get('background')}${style.get('background-image')}`);
  const given =
    style.get('background-color') ?? style.get('background')?.split(/\s+(?![^(]*\))/)[0] ?? attribs.bgcolor;
  const background = given === undefined ? undefined : colorOf(given);
  const text = style.get('color') ?? attribs.color;
  const color = text === undefined ? around.color : colorOf(text);
  return {
    color: color === 'none' ? (around.background ?? WHITE) : color,
    background:
      image || (isUnknown && background === undefined)
        ? null
        : background === undefined || background === 'none'
          ? around.background
          : background,
    size: sizeOf(style.get('font-size'), around.size),
  };
}

const UNITS: Readonly<Record<string, number>> = {
  px: 1,
  pt: 4 / 3,
  pc: 16,
  mm: 3.78,
  cm: 37.8,
  in: 96,
  rem: 16,
};

/** In pixels. */
function sizeOf(given: string | undefined, around: number): number {
  const [, number = '', unit = ''] = /^([\d.]+)\s*([a-z]*|%)$/.exec(given ?? '') ?? [];
  if (number === '') return around;
  const value = Number(number);
  if (unit === 'em') return value * around;
  if (unit === '%') return (value * around) / 100;
  return value * (UNITS[unit] ?? 1);
}
