import type { Element } from 'domhandler';
import { childOf, childrenOf, isOn, rootOf, valOf } from './xml.ts';

/** How text looks; undefined where nothing says. */
export interface TextLook {
  isHidden?: boolean | undefined;
  isStruck?: boolean | undefined;
  /** Six hexadecimal digits, or `auto`. */
  color?: string | undefined;
  /** Behind it. */
  fill?: string | undefined;
  /** In half points. */
  size?: number | undefined;
}

/** Numbering of a paragraph; `0` for none. */
export interface NumberedBy {
  numId?: string | undefined;
  level?: number | undefined;
}

export interface ParagraphStyle {
  id: string;
  /** Names of the style and those that it is based on, in small letters. */
  names: string[];
  /** From 1; null for text. */
  headingLevel: number | null;
  numbered: NumberedBy;
}

export type Styles = ReturnType<typeof readStyles>;

const MAX_DEPTH = 20;

/** The styles of a document, each with what it has from those that it is based on. */
export function readStyles(source: string | undefined) {
  const root = rootOf(source);
  const styles = new Map(
    childrenOf(root, 'w:style').map((style) => [style.attribs['w:styleId'] ?? '', style]),
  );
  const defaultId = [...styles].find(
    ([, { attribs }]) => attribs['w:type'] === 'paragraph' && /^(1|true)$/.test(attribs['w:default'] ?? ''),
  )?.[0];
  const defaults = lookOf(childOf(root, 'w:docDefaults', 'w:rPrDefault', 'w:rPr'));

  /** A style and those it is based on, nearest first. */
  function chainOf(id: string | undefined): Element[] {
    const chain: Element[] = [];
    for (let style = styles.get(id ?? ''); style && chain.length < MAX_DEPTH; ) {
      chain.push(style);
      style = styles.get(valOf(childOf(style, 'w:basedOn')) ?? '');
    }
    return chain;
  }

  const lookOfStyle = (id: string | undefined): TextLook =>
    chainOf(id).reduceRight<TextLook>((look, style) => merged(look, lookOf(childOf(style, 'w:rPr'))), {});

  return {
    paragraph: (given: string | undefined): ParagraphStyle => {
      const id = given ?? defaultId ?? '';
      const chain = chainOf(id);
      const names = chain.map((style) => (valOf(childOf(style, 'w:name')) ?? '').toLowerCase());
      const numbered = chain.map((style) => numberedBy(childOf(style, 'w:pPr')));
      return {
        id,
        names: names.length > 0 ? names : [id.toLowerCase()],
        headingLevel: levelOf(chain, names, id),
        numbered: {
          numId: numbered.find(({ numId }) => numId !== undefined)?.numId,
          level: numbered.find(({ level }) => level !== undefined)?.level,
        },
      };
    },

    /** How text of a paragraph's and a run's style looks before the run's own properties. */
    look: (paragraph: string | undefined, run: string | undefined): TextLook =>
      merged(merged(defaults, lookOfStyle(paragraph ?? defaultId)), lookOfStyle(run)),
  };
}

/** By the level of its outline, its name in any language of the built-in ones that is kept, or, without styles, its id. */
function levelOf(chain: readonly Element[], names: readonly string[], id: string): number | null {
  for (const [index, style] of chain.entries()) {
    const outline = outlineLevel(childOf(style, 'w:pPr'));
    if (outline !== undefined) return outline;
    const named = /^heading (\d)/.exec(names[index] ?? '')?.[1];
    if (named) return Number(named);
  }
  return chain.length === 0 ? Number(/^heading ?(\d)$/i.exec(id)?.[1] ?? 0) || null : null;
}

/** From 1; null for body text; undefined where nothing says. */
export function outlineLevel(properties: Element | undefined): number | null | undefined {
  const value = valOf(childOf(properties, 'w:outlineLvl'));
  if (value === undefined) return undefined;
  const level = Number(value);
  return level >= 0 && level < 9 ? level + 1 : null;
}

export function numberedBy(properties: Element | undefined): NumberedBy {
  const numbering = childOf(properties, 'w:numPr');
  const level = valOf(childOf(numbering, 'w:ilvl'));
  return {
    numId: valOf(childOf(numbering, 'w:numId')),
    level: level === undefined ? undefined : Math.min(8, Math.max(0, Number(level) || 0)),
  };
}

/** What properties of a run say of it. */
export function lookOf(properties: Element | undefined): TextLook {
  const struck = isOn(properties, 'w:strike') ?? isOn(properties, 'w:dstrike');
  return {
    isHidden: isOn(properties, 'w:vanish') ?? isOn(properties, 'w:specVanish'),
    isStruck: struck,
    color: valOf(childOf(properties, 'w:color')),
    fill: fillOf(properties),
    size: Number(valOf(childOf(properties, 'w:sz'))) || undefined,
  };
}

const HIGHLIGHTS: Readonly<Record<string, string>> = { white: 'FFFFFF', black: '000000', none: '' };

/** The color behind text or a cell; undefined where nothing says. */
export function fillOf(properties: Element | undefined): string | undefined {
  const highlight = valOf(childOf(properties, 'w:highlight'));
  if (highlight !== undefined) return (HIGHLIGHTS[highlight] ?? '808080') || undefined;
  const fill = childOf(properties, 'w:shd')?.attribs['w:fill'];
  return fill === undefined || fill === 'auto' ? undefined : fill;
}

export function merged(below: TextLook, above: TextLook): TextLook {
  const given = Object.entries(above).filter(([, value]) => value !== undefined);
  return { ...below, ...Object.fromEntries(given) };
}
