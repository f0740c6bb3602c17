import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveRun } from "../../../src/data/runs.ts";
import type { RunFiles } from "../../../src/posterior/run.ts";
import { stratum } from "../../cli/harness.ts";
import { savedRun } from "../../posterior/saved.ts";
import type { Fuzzer } from "../fuzzer.ts";
import type { Dice } from "../models.ts";

/** What no run has where it stands. */
const hostile: readonly unknown[] = [
  ...[null, true, "", "x", "NaN", "../../etc/passwd", "\u001b[2J", "__proto__", "constructor", "9".repeat(300)],
  ...[0, -1, 0.5, 3, 1e6, 1e9, 1e15, 2 ** 53, 1e308, "Infinity", "-Infinity"],
  ...[[], {}, [null], [[]], [[[1]], 2], [1e15, 1e15], [0, 1e15], Array(1000).fill(2), { length: 1e9 }],
];
const names = ["__proto__", "constructor", "toString", "length", "", "a/b", "x".repeat(2000), "Infinity"];

type Json = Record<string, unknown> | unknown[];
const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null;

/** A JSON text with one value replaced, taken away, renamed or put in. */
function mutateJson(text: string, dice: Dice): string {
  const root = JSON.parse(text) as Json;
  let at: Json = root;
  for (;;) {
    const key = dice.pick(Object.keys(at).concat(Array.isArray(at) ? String(at.length) : "new"));
    const inner = (at as Record<string, unknown>)[key];
    if (isJson(inner) && Object.keys(inner).length > 0 && dice.chance(0.75)) {
      at = inner;
      continue;
    }
    const name = dice.chance(0.2) && !Array.isArray(at) ? dice.pick(names) : key;
    const change = dice.below(8);
    if (change === 0) delete (at as Record<string, unknown>)[key];
    else Object.defineProperty(at, name, { value: dice.pick(hostile), enumerable: true, configurable: true });
    break;
  }
  const deep = dice.chance(0.02) ? `{"a":${"[".repeat(1e5)}${"]".repeat(1e5)},` : null;
  const written = JSON.stringify(root);
  return deep === null ? written : written.replace("{", () => deep);
}

/** Bytes changed, cut off, or a header that lies. */
function mutateBytes(bytes: Uint8Array, dice: Dice): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  const lie = (shape: string): Uint8Array =>
    Buffer.from(
      text.replace(/\([\d, ]*\)/, () => shape),
      "latin1",
    );
  const flipped = (): Uint8Array => {
    const out = new Uint8Array(bytes);
    for (let i = 0; i < 3 && out.length > 0; i++) out[dice.below(out.length)] = dice.below(256);
    return out;
  };
  const ways: readonly (() => Uint8Array)[] = [
    flipped,
    () => bytes.subarray(0, dice.below(bytes.length + 1)),
    () => lie(dice.pick(["(1000000000000000,)", "(0, 1000000000000000)", "(1 2,)", "(,)", `(${"1, ".repeat(9000)})`])),
    () => lie(`(${dice.below(9)}, ${dice.below(9)})`),
  ];
  return dice.pick(ways)();
}

function mutateFile(content: string | Uint8Array, name: string, dice: Dice): string | Uint8Array {
  if (typeof content !== "string") return mutateBytes(content, dice);
  if (dice.chance(0.1)) return content.slice(0, dice.below(content.length + 1));
  if (name.endsWith(".json")) return mutateJson(content, dice);
  const at = dice.below(content.length + 1);
  return `${content.slice(0, at)}${dice.pick(["\n", ",", "NaN", "\u0000", "é", "1e999"])}${content.slice(at)}`;
}

/** One to three files changed, taken away, or put in each other's places. */
function mutateRun(
  files: RunFiles,
  dice: Dice,
): { readonly files: RunFiles; readonly changed: ReadonlyMap<string, string> } {
  const out: Record<string, string | Uint8Array> = { ...files };
  const changed = new Map<string, string>();
  for (let i = 1 + dice.below(3); i > 0; i--) {
    const records = ["run.json", "summary.json"].filter((name) => name in out);
    const all = Object.keys(out);
    const name = dice.chance(0.7) && records.length > 0 ? dice.pick(records) : dice.pick(all);
    const [content, other] = [out[name], dice.pick(all)];
    if (content === undefined || changed.has(name)) continue;
    const way = dice.below(12);
    if (way === 0) delete out[name];
    else if (way === 1) out[name] = out[other] ?? "";
    else out[name] = mutateFile(content, name, dice);
    changed.set(name, way === 0 ? "taken away" : way === 1 ? `is ${other}` : "changed");
  }
  return { files: out, changed };
}

/** Whoever reads a run. */
const readers = [
  ["posterior"],
  ["posterior", "--json"],
  ["plot", "trace"],
  ["plot", "draws"],
  ["predict", "--seed", "1", "--draws", "20"],
] as const;

let made: Promise<readonly RunFiles[]> | null = null;
const runs = (): Promise<readonly RunFiles[]> => (made ??= Promise.all([savedRun(3), savedRun(4)]));

/**
 * Run folders whose files were changed. Most of them are written as a run is, manifest and all, so that what they say is
 * met by whoever reads it; of the others the manifest, which is another run's, tells that they were changed.
 */
export const savedRuns: Fuzzer = {
  law: "mutated run folders are read or refused, never an internal error",
  few: 40,
  within: 2,
  async attempt(dice) {
    const [first, second] = await runs();
    const { files, changed } = mutateRun(first ?? {}, dice);
    const folder = mkdtempSync(join(tmpdir(), "stratum-fuzz-"));
    try {
      const input = [...changed].map(([name, how]) => `${name} ${how}\n${shown(files[name])}`).join("\n");
      const told = dice.chance(0.3);
      const unsaved = await saveRun(folder, told ? (second ?? {}) : files);
      if (unsaved !== null) return { input, failure: `cannot be written: ${unsaved.message}` };
      if (told) for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
      const [command, ...words] = dice.pick(readers);
      const { code, err } = await stratum([command, folder, ...words]);
      return { input, failure: [0, 1, 2].includes(code) ? null : `${command} ${words.join(" ")}: ${code}\n${err}` };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const shown = (content: string | Uint8Array | undefined): string =>
  typeof content === "string" ? content.slice(0, 4000) : "";
