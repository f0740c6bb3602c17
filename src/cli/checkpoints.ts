import { differenceOf } from "../app/identity.ts";
import { checkpointOf, dropCheckpoint, loadCheckpoint, saveCheckpoint } from "../data/checkpoints.ts";
import { checkpointNotWritten } from "../diagnostics/catalogue/long.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import type { Checkpoints, FitState } from "../inference/strategy/strategy.ts";
import type { FitIdentity, SavedFit } from "../posterior/checkpoint.ts";
import type { Output } from "./output.ts";

/** The checkpoints of one run of a fit. */
export interface Keeper extends Checkpoints {
  /** Takes them away: the fit is finished. */
  readonly drop: () => Promise<void>;
}

/** The latest checkpoint beside a run's folder, for `--resume`; null where there is none. */
export function latestCheckpoint(run: string): Promise<Outcome<SavedFit | null>> {
  return loadCheckpoint(checkpointOf(run));
}

export interface KeepRequest {
  /** The folder that the run will be written to. */
  readonly run: string;
  readonly identity: FitIdentity;
  readonly everySeconds: number;
  /** What to go on from; null to begin anew. */
  readonly from: SavedFit | null;
}

/** Keeps checkpoints of a fit beside its run's folder. Fails where the one to go on from is of another fit. */
export async function keeperOf(request: KeepRequest, output: Output): Promise<Outcome<Keeper>> {
  const { run, identity, everySeconds, from } = request;
  const folder = checkpointOf(run);
  const other = from && differenceOf(from.identity, identity, folder);
  if (other) return failed(other);
  const before = from ?? (await unfinished(run));
  let serial = before?.serial ?? 0;
  let last = performance.now();
  let warned = false;
  const keep = async (state: FitState): Promise<void> => {
    serial++;
    const problem = await saveCheckpoint(folder, { identity, serial, state });
    last = performance.now();
    if (problem === null || warned) return;
    warned = true;
    output.warn([checkpointNotWritten({ checkpoint: folder, problem: problem.message })], nowhere);
  };
  // the seed may have been drawn; and whether anything can be written is better known now
  if (!before) await keep({ search: null, training: null });
  else if (!from)
    output.note(`${folder} holds an unfinished run, which this one will replace; --resume goes on with it`);
  return ok({
    from: from?.state ?? null,
    isDue: () => performance.now() - last >= 1000 * everySeconds,
    keep,
    drop: () => dropCheckpoint(folder),
  });
}

const nowhere: SourceFile = { path: "", text: "" };

/** What an earlier run left, whatever fit it was of; null where that is nothing, or cannot be read. */
async function unfinished(run: string): Promise<SavedFit | null> {
  const found = await latestCheckpoint(run);
  return found.ok ? found.value : null;
}
