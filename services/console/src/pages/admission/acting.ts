// Who may record an action in a case, and for which organization?
import { actorsIn } from '@/ui/case/acting';
import type { Named } from '@/ui/place';
import type { AdmissionAction } from './actions';
import { standingOf } from './stepLine';
import type { AdmissionCase } from './states';

type May = (permission: string, on: string[]) => boolean;

/**
 * The organizations for which the user may record it; none: it is not theirs. `line`: the branch and what stands above it;
 * `receiver`: the same of the branch that materials are handed over to.
 */
export function actorsFor(action: AdmissionAction, line: readonly Named[], receiver: readonly Named[], may: May): Named[] {
  if (action.by === 'committee') return actorsIn(line, may, action.permission).filter((one) => one.name !== line[0]?.name);
  const own = action.by === 'receiver' ? receiver : line;
  return actorsIn(own, may, action.permission).filter((one) => one.name === own[0]?.name);
}

/** Which of them it is meant for: the one that the current step names, else the nearest. */
export function usualActor(action: AdmissionAction, admission: AdmissionCase, actors: readonly Named[]): string {
  const step = (admission.steps ?? []).find((one) => standingOf(one) === 'current'
    && (one.events ?? []).some((event) => event === action.event));
  return actors.find((one) => one.name === step?.organization)?.name ?? actors[0]?.name ?? '';
}
