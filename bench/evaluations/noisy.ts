import { createHash } from 'node:crypto';
import { type LoopbackModel, startLoopbackModel } from '../loopback-model.ts';

/** Standard deviation of the scores that the noisy model gives one and the same text, in points. */
export const NOISE_POINTS = 10;

/** Numbers from 0 to 1 that are the same for the same seed. */
export function randomsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the model was sent, without the marks that differ from call to call. */
export const withoutMarks = (sent: string) => sent.replaceAll(/<<[\da-f]{16}|[\da-f]{16}>>/g, '');

export interface NoisyModel extends LoopbackModel {
  /** All that it was sent since the last call, without marks, sorted. */
  takeSent(): string[];
}

/** A loopback model that has an opinion on each text, 30 to 90 by its hash, and tells it with so much noise. */
export async function startNoisyModel(noise: number): Promise<NoisyModel> {
  const random = randomsOf(11);
  let sent: string[] = [];
  const model = await startLoopbackModel(0, (_justification, _hours, prompt) => {
    const read = withoutMarks(prompt);
    sent.push(read);
    const [first = 0] = createHash('sha256').update(read).digest();
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.round(Math.min(100, Math.max(0, 30 + (60 * first) / 255 + noise * normal)));
  });
  return {
    ...model,
    takeSent: () => {
      const taken = sent.toSorted();
      sent = [];
      return taken;
    },
  };
}
