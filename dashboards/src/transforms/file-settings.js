import { figure } from './helpers.js';

/** What looks for viruses, and how much room is left. */
export default function transform(data) {
  if (!data?.scanner) return {};
  const isScanned = data.scanner === 'clamd';
  return {
    scannerCard: figure(
      'Virus scanner',
      isScanned ? 'clamd' : 'none',
      isScanned ? 'Every file is scanned' : 'Files are marked as not scanned',
    ),
    roomCard: figure('Used', `${data.usedMb} MB`, `of ${data.quotaMb} MB`),
  };
}
