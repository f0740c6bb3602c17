import type { SourceFile } from "../diagnostics/span.ts";
import { unwrap } from "./error.ts";
import { given, text } from "./given.ts";

/**
 * Data by name from a JSON, CSV or TSV file, gzipped or not, as `--data FILE` reads them: entries that are declared to
 * be in other files are read from there. Columns of tables are arrays `{ shape, values }`. Node only.
 *
 *     const posterior = await infer(text, { data: await readData("schools.csv") });
 *
 * @throws StratumError  when it cannot be read, or goes beyond the bounds of docs/data.md
 */
export async function readData(path: string): Promise<Readonly<Record<string, unknown>>> {
  const file = given(text("the path of a file"), path, "path", "readData");
  const { gatherData } = await import("../data/gather.ts");
  const nothing = { named: new Map(), select: new Map(), scale: new Map(), folder: null };
  const source: SourceFile = { path: file, text: "" };
  return unwrap(await gatherData({ ...nothing, file }), source) ?? {};
}
