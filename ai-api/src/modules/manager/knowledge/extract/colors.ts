/** Red, green and blue, each 0 to 255. */
export type Color = readonly [number, number, number];

const NAMED: Readonly<Record<string, Color>> = {
  white: [255, 255, 255],
  snow: [255, 250, 250],
  ivory: [255, 255, 240],
  ghostwhite: [248, 248, 255],
  whitesmoke: [245, 245, 245],
  floralwhite: [255, 250, 240],
  black: [0, 0, 0],
  gray: [128, 128, 128],
  grey: [128, 128, 128],
  silver: [192, 192, 192],
  red: [255, 0, 0],
  navy: [0, 0, 128],
  blue: [0, 0, 255],
  green: [0, 128, 0],
};

export const WHITE: Color = [255, 255, 255];

/** A color as CSS writes it; `none` for one that lets everything through; null for what is not known. */
export function colorOf(text: string): Color | 'none' | null {
  const value = text.trim().toLowerCase();
  if (value === 'transparent') return 'none';
  const named = NAMED[value];
  if (named) return named;
  const hex = /^#([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/.exec(value)?.[1];
  if (hex) {
    const digits = hex.length < 6 ? [...hex].map((digit) => digit + digit) : (hex.match(/../g) ?? []);
    const [red = 0, green = 0, blue = 0, alpha = 255] = digits.map((digit) => Number.parseInt(digit, 16));
    return alpha < 20 ? 'none' : [red, green, blue];
  }
  const [, inside] = /^(?:rgb|hsl)a?\(([^)]*)\)$/.exec(value) ?? [];
  const [first = '', second = '', third = '', alpha = '1'] = inside?.split(/[\s,/]+/).filter(Boolean) ?? [];
  if (!inside || third === '') return null;
  if (Number.parseFloat(alpha) < 0.08) return 'none';
  // Of a hue only the ends are known: white and black.
  if (value.startsWith('hsl')) {
    const light = Number.parseFloat(third);
    return light >= 98 ? WHITE : light <= 2 ? [0, 0, 0] : null;
  }
  const part = (one: string) => (one.endsWith('%') ? 2.55 : 1) * Number.parseFloat(one);
  const color = [part(first), part(second), part(third)] as const;
  return color.every(Number.isFinite) ? color : null;
}

/** Whether text of one color cannot be told from its background. */
export function isSameColor(text: Color, background: Color): boolean {
  return contrast(luminanceOf(text), luminanceOf(background)) < 1.15;
}

/** @see https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio */
function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function luminanceOf(color: Color): number {
  const [red, green, blue] = color.map((value) => {
    const share = Math.min(255, Math.max(0, value)) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
