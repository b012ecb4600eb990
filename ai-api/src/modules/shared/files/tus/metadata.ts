import { z } from 'zod';
import { prose } from '../../../../contract/schemas.ts';
import { invalidInput } from '../../../../http/problem.ts';
import type { Target } from '../receive.ts';
import { fileName } from '../schema.ts';
import { UPLOADED } from '../vocabulary.ts';

const metadata = z.object({
  filename: fileName,
  filetype: z.string().max(200),
  category: z.enum(UPLOADED),
  fileId: z.uuid().optional(),
  comment: prose(0, 500).optional(),
});

/**
 * What `Upload-Metadata` says: `filename`, `filetype` and `category`, and for the next version of a file `fileId`.
 * @throws {import('../../../../http/problem.ts').Problem} INVALID_INPUT
 */
export function readMetadata(given: Record<string, string | null>): Target {
  const parsed = metadata.safeParse(given, { reportInput: true });
  if (!parsed.success) throw invalidInput(parsed.error);
  const { filename: name, filetype: contentType, category, fileId, comment } = parsed.data;
  return { name, contentType, category, fileId, comment, origin: 'upload' };
}
