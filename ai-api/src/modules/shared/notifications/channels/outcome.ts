/** What came of one attempt to send. */
export type Outcome =
  /** The provider took it; `arrived` when that is all there is to know. */
  | { kind: 'sent'; providerId: string | null; arrived?: boolean }
  /** It will never be taken. */
  | { kind: 'refused'; code: string; message: string; suppress?: 'stop' }
  /** It was not taken, and may be another time. */
  | { kind: 'failed'; code: string; message: string }
  /** It may have been taken: the answer was lost. */
  | { kind: 'unknown'; code: string; message: string };
