/** Of reciprocal rank fusion: how little the difference between the first ranks counts. */
const RRF_K = 60;

/**
 * What a rank is worth, counted from 1.
 * @see Cormack, Clarke & Büttcher (2009), Reciprocal rank fusion outperforms Condorcet, SIGIR
 */
export const rankScore = (rank: number): number => 1 / (RRF_K + rank);
