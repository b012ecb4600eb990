import { parseClamdAddress } from '../../platform/scanner/index.ts';
import { checked, whole } from './types.ts';

/** Files that people upload. */
export const files = {
  CLAMD_ADDRESS: checked(parseClamdAddress)
    .optional()
    .describe(
      'clamd that looks for viruses: host:port or unix:/path; without one, files are marked as not scanned',
    ),
  FILE_MAX_MB: whole(1, 5000, 100).describe(
    'Largest file; StreamMaxLength of clamd must be at least as large',
  ),
  FILE_UPLOAD_HOURS: whole(1, 720, 24).describe('Time after which an unfinished upload is discarded'),
  FILE_SCAN_CONCURRENCY: whole(1, 50, 2).describe('Files inspected concurrently by one process'),
};
