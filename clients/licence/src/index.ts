export { Licence, type LicenceOptions, type LicenceState, openLicence } from './client.ts';
export { defaultDevice, deviceHash } from './device.ts';
export { LicenceError } from './http.ts';
export { type KeySet, type LicenceToken, type Verification, verifyToken } from './verify.ts';
