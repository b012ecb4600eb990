import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';

/**
 * A fingerprint of this machine that survives restarts: the machine id of the operating system, or else the name and the
 * network cards. It is hashed, so that it says nothing about the machine.
 */
export function defaultDevice(): string {
  const id = machineId() ?? [hostname(), ...hardwareAddresses()].join(' ');
  return createHash('sha256').update(`ai-manager-licence ${id}`).digest('hex');
}

function machineId(): string | null {
  for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      const id = readFileSync(file, 'utf8').trim();
      if (id !== '') return id;
    } catch {
      // Only Linux has these files.
    }
  }
  return null;
}

function hardwareAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((cards) => cards ?? [])
    .filter(({ internal, mac }) => !internal && mac !== '00:00:00:00:00:00')
    .map(({ mac }) => mac)
    .sort();
}

/** A device as tokens name it, which differs from licence to licence. */
export function deviceHash(licenceId: string, device: string): string {
  return createHash('sha256').update(`${licenceId}:${device}`).digest('base64url');
}
