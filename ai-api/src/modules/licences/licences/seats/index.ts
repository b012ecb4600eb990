export { createPostgresSeats } from './postgres.ts';
export { createRedisSeats } from './redis.ts';
export {
  type Also,
  type Decision,
  type SeatCode,
  type SeatOp,
  type Seats,
  SeatsUnavailable,
} from './seats.ts';
