import { createHash } from 'node:crypto';

/**
 * Which side of an experiment a subject is on: always the same one, whoever asks and in whatever order. `share` of
 * all subjects (0 to 1) is treated. Subjects of another experiment fall independently.
 */
export function assign(experimentId: string, subject: string, share: number): 'control' | 'treatment' {
  const digest = createHash('sha256').update(`${experimentId}\n${subject}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48 < share ? 'treatment' : 'control';
}
