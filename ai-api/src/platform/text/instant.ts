/** An instant as e-mails and pages write it: `2026-11-16 08:00 UTC`. */
export function instant(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
