// Is a service well? What its jobs and its events say, in few figures.
import type { Message } from '@/api/types';

export type Job = Message<'ronghe.operation.v1.Job'>;
export type Lag = Message<'ronghe.operation.v1.ListEventLagResponse'>;

/** "running", "failed": its last run that is over failed; "fine": it went well; "waiting": none is over yet. */
export type JobState = 'running' | 'failed' | 'fine' | 'waiting';

export function jobState(job: Job): JobState {
  const failed = job.lastFailureTime !== undefined && job.lastFailureTime === job.lastEndTime;
  if (failed) return 'failed';
  if (job.running) return 'running';
  return job.lastEndTime === undefined ? 'waiting' : 'fine';
}

/** The events that a process has not looked at yet, over all feeds. */
export function lagOf(lag: Lag): number {
  return (lag.feeds ?? []).reduce((sum, feed) => sum + Number(feed.lagEvents ?? 0), 0);
}

/** Seconds of a duration of the API ("1.5s"); undefined when it is not told. */
export function secondsOf(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : Number.parseFloat(duration);
}
