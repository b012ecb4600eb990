import { errors } from 'jose';
import { invalidToken, Problem } from '../../../http/problem.ts';

/** What tokens may be signed with; anything symmetric, or nothing at all, is refused. */
export const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

/**
 * Turns what `jose` throws into an answer that says what is wrong with a token, without repeating any of it.
 * @throws {Problem} UNAUTHENTICATED, or SERVICE_UNAVAILABLE when the issuer's keys cannot be had
 */
export function explainToken(error: unknown): never {
  if (error instanceof Problem) throw error;
  if (error instanceof errors.JWTExpired) throw invalidToken('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) throw invalidToken(claimFault(error));
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    throw invalidToken(`The algorithm of the token is not one of ${ALGORITHMS.join(', ')}.`);
  if (error instanceof errors.JWSSignatureVerificationFailed)
    throw invalidToken('The signature of the token is wrong.');
  if (isBrokenKey(error))
    throw invalidToken('The issuer publishes the key of the token in a form that cannot be read.');
  if (error instanceof errors.JWKSNoMatchingKey)
    throw invalidToken('The token is signed with a key that its issuer does not publish.');
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid)
    throw invalidToken('The token is not a well-formed JWT.');
  throw new Problem('SERVICE_UNAVAILABLE', "The keys of the token's issuer cannot be had right now.", {
    retryAfter: 5,
    cause: error,
  });
}

/** A published key that is none: asking for it again would bring the same. */
function isBrokenKey(error: unknown): boolean {
  if (error instanceof errors.JWKInvalid) return true;
  return error instanceof DOMException && (error.name === 'DataError' || error.name === 'SyntaxError');
}

function claimFault({ claim, reason }: { claim: string; reason: string }): string {
  if (reason === 'missing') return `The token has no claim ${claim}.`;
  if (claim === 'nbf') return 'The token is not valid yet.';
  if (claim === 'iat') return 'The token was issued in the future, or too long ago.';
  if (claim === 'aud') return 'The token is for another audience.';
  if (claim === 'iss') return 'The token is of another issuer.';
  if (claim === 'typ') return 'The token is not an access token.';
  return `The claim ${claim} of the token is wrong.`;
}
