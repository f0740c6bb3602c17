import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { unreadableCheckpoint } from "../diagnostics/catalogue/long.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { checkpointFiles, readCheckpoint, type SavedFit } from "../posterior/checkpoint.ts";
import { kindOf } from "./files.ts";
import { locate } from "./replace.ts";
import { runFiles, saveRun } from "./runs.ts";

/** Where the checkpoints of a run are kept: beside its folder, which stays as it is until the run is finished. */
export function checkpointOf(run: string): string {
  return `${run.replace(/[\\/]+$/, "")}.checkpoint`;
}

/** Two places, written in turn: while one is written, and if that is never finished, the other holds what was before. */
const places = ["0", "1"] as const;

/** Writes a checkpoint in the place of the one before the last; what is wrong, or null. */
export async function saveCheckpoint(folder: string, saved: SavedFit): Promise<Diagnostic | null> {
  const place = places[saved.serial % places.length] ?? places[0];
  return saveRun(join(folder, place), await checkpointFiles(saved));
}

/** The latest checkpoint of a folder; null where there is none. */
export async function loadCheckpoint(folder: string): Promise<Outcome<SavedFit | null>> {
  const found: (SavedFit | string)[] = [];
  for (const place of places) {
    const path = join(folder, place);
    // a place without a manifest was never written to its end, so that there is nothing in it to be lost
    if ((await kindOf(locate(path).manifest)) === "file") found.push(await readCheckpoint(await runFiles(path)));
  }
  const whole = found.filter((one) => typeof one !== "string");
  const [latest] = whole.toSorted((a, b) => b.serial - a.serial);
  if (latest) return ok(latest);
  const why = found.find((one) => typeof one === "string");
  return why === undefined ? ok(null) : failed(unreadableCheckpoint({ checkpoint: folder, why }));
}

/** Takes the checkpoints of a run away that is finished. */
export async function dropCheckpoint(folder: string): Promise<void> {
  const nothing = (): undefined => undefined;
  for (const place of places) await rm(join(folder, place), { recursive: true, force: true }).catch(nothing);
  // nothing but checkpoints is ever deleted: a folder that holds more stays, and so does what is no folder
  await rmdir(folder).catch(nothing);
}
