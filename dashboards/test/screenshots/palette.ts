import { crc32, deflateSync } from 'node:zlib';

/** A picture as a browser decodes it: four bytes a pixel. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array;
}

const STEP = 8;

/** Writes a picture as a PNG of at most 256 colours, which screens of few colours hardly lose by. */
export function palettePng({ width, height, data }: Pixels): Buffer {
  const { palette, indexOf } = paletteOf(data);
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      rows[y * (width + 1) + 1 + x] = indexOf(bucketOf(data, at));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function bucketOf(data: Uint8Array, at: number): number {
  const part = (offset: number) => Math.floor((data[at + offset] as number) / STEP);
  return (part(0) << 10) | (part(1) << 5) | part(2);
}

/** The commonest colours, and which of them stands for any other. */
function paletteOf(data: Uint8Array) {
  const counts = new Map<number, { count: number; color: [number, number, number] }>();
  for (let at = 0; at < data.length; at += 4) {
    const bucket = bucketOf(data, at);
    const known = counts.get(bucket);
    if (known) known.count++;
    else
      counts.set(bucket, {
        count: 1,
        color: [data[at], data[at + 1], data[at + 2]] as [number, number, number],
      });
  }
  const common = [...counts].sort(([, a], [, b]) => b.count - a.count).slice(0, 256);
  const palette = common.map(([, { color }]) => color);
  const indexes = new Map(common.map(([bucket], index) => [bucket, index]));
  const indexOf = (bucket: number): number => {
    const known = indexes.get(bucket);
    if (known !== undefined) return known;
    const color = counts.get(bucket)?.color ?? [0, 0, 0];
    const distances = palette.map((one) =>
      one.reduce((sum, part, i) => sum + (part - (color[i] as number)) ** 2, 0),
    );
    const nearest = distances.indexOf(Math.min(...distances));
    indexes.set(bucket, nearest);
    return nearest;
  };
  return { palette, indexOf };
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
