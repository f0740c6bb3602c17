import { createHash } from "node:crypto";
import * as v from "valibot";
import type { RunFiles } from "../posterior/run.ts";

/** The file of a run that says which others are its own. */
export const manifestName = "manifest.json";

/** More than this names no run's files. */
export const largestManifest = 16e6;

/** A file without a folder, which no system takes for something else. */
const plainName = v.pipe(v.string(), v.regex(/^[^/\\\0.][^/\\\0]*$/), v.notValues(["__proto__", manifestName]));
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const entrySchema = v.strictObject({
  name: plainName,
  bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  sha256: digest,
});
const manifestSchema = v.pipe(
  v.strictObject({ schemaVersion: v.literal(1), run: digest, files: v.array(entrySchema) }),
  v.check(({ files }) => new Set(files.map(({ name }) => name)).size === files.length),
  v.check(({ run, files }) => run === idOf(files)),
);

/** What a file of a run is: its length and the SHA-256 of its bytes. */
export type ManifestEntry = Readonly<v.InferOutput<typeof entrySchema>>;

/** The files of a run, and the run's id, which is made of them: the same bytes are the same run. */
export interface Manifest {
  readonly schemaVersion: 1;
  readonly run: string;
  readonly files: readonly ManifestEntry[];
}

/** The manifest of some files, in the order of their names. */
export function manifestOf(contents: RunFiles): Manifest {
  const files = Object.entries(contents)
    .map(([name, content]) => ({ name, bytes: lengthOf(content), sha256: sha256Of(content) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { schemaVersion: 1, run: idOf(files), files };
}

export const printManifest = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 1)}\n`;

/** Reads what `printManifest` prints; null when the text is not that. */
export function readManifest(text: string): Manifest | null {
  try {
    const read = v.safeParse(manifestSchema, JSON.parse(text));
    return read.success ? read.output : null;
  } catch {
    return null;
  }
}

export const sha256Of = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

const lengthOf = (content: string | Uint8Array): number =>
  typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;

function idOf(files: readonly ManifestEntry[]): string {
  return sha256Of(files.map(({ name, bytes, sha256 }) => `${sha256} ${bytes} ${name}\n`).join(""));
}
