/** The moments at which a process may end and leave a file half way; tests end it there. */
export type FilePoint =
  | 'bytes stored'
  | 'part stored'
  | 'upload complete'
  | 'assembled'
  | 'inspected'
  | 'settled'
  | 'objects purged';

/** Is called at each of these moments. */
export type AtFilePoint = (point: FilePoint) => void;
