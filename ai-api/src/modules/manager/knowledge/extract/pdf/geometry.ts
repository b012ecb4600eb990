/** a, b, c, d, e, f as PDF writes them. */
export type Matrix = readonly [number, number, number, number, number, number];

export interface Box {
  left: number;
  bottom: number;
  right: number;
  top: number;
}

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** First the inner one, then the outer one. */
export function times(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

export function pointAt([a, b, c, d, e, f]: Matrix, x: number, y: number): [number, number] {
  return [a * x + c * y + e, b * x + d * y + f];
}

/** The box around a rectangle that a matrix turns or shears. */
export function boxOf(matrix: Matrix, left: number, bottom: number, right: number, top: number): Box {
  const corners = [
    pointAt(matrix, left, bottom),
    pointAt(matrix, right, bottom),
    pointAt(matrix, left, top),
    pointAt(matrix, right, top),
  ];
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return { left: Math.min(...xs), bottom: Math.min(...ys), right: Math.max(...xs), top: Math.max(...ys) };
}

/** Whether a point is in a box, up to `slack` beside it. */
export function isInBox({ left, bottom, right, top }: Box, x: number, y: number, slack = 0): boolean {
  return x >= left - slack && x <= right + slack && y >= bottom - slack && y <= top + slack;
}

export function areaOf({ left, bottom, right, top }: Box): number {
  return Math.max(0, right - left) * Math.max(0, top - bottom);
}

/** What of a box is inside of another. */
export function within(box: Box, outer: Box): Box {
  return {
    left: Math.max(box.left, outer.left),
    bottom: Math.max(box.bottom, outer.bottom),
    right: Math.min(box.right, outer.right),
    top: Math.min(box.top, outer.top),
  };
}
