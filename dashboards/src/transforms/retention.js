import { fact, padded } from './helpers.js';

/** For how long the audit trail keeps personal data. */
export default function transform(data) {
  if (!data?.years) return {};
  return {
    card: padded(fact('Retention', `${Number(data.years)} years, then erased; the chain remains verifiable`)),
  };
}
