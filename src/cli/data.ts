import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import { parseJson } from "../data/json.ts";
import { readData } from "../data/read.ts";
import type { Io } from "./io.ts";
import type { Loaded } from "./load.ts";
import type { Request } from "./commands.ts";

/** Raw values by name, as the readers give them; null when no data were given. */
export type Raw = Readonly<Record<string, unknown>>;

/** The data of `--data`, else those of the model folder, else null. */
export async function loadData(
  request: Request,
  loaded: Loaded,
  io: Io,
): Promise<Outcome<Raw | null>> {
  const asked = request.flags["data"];
  const path = typeof asked === "string" ? asked : loaded.data;
  if (path === null) return ok(null);
  if (path !== "-") return readData(path);
  if (request.args.includes("-")) return failed(usage.stdinTwice());
  return parseJson(await io.stdin(), "standard input");
}
