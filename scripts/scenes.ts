import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { main } from "../src/cli/cli.ts";
import type { Scene } from "../src/diagnostics/explanations/index.ts";

/** What a command answered: its words with paths as the scene writes them, and the diagnostics among them. */
export interface Played {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  /** Errors and warnings as they were rendered, those inside a report included. */
  readonly messages: readonly string[];
  /** Their codes. */
  readonly codes: readonly string[];
}

/** A diagnostic: its first line, and the indented ones below it. */
const message = /^(?:error|warning)\[PPL\d+\].*(?:\n {2,}.*)*/gm;

/** Runs a scene in this process, in a folder of its own that is gone afterwards. `more` joins its arguments. */
export async function play({ files, command }: Scene, more: readonly string[] = []): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), "stratum-scene-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const isPath = (word: string): boolean =>
      /\.(?:ppl|json|csv|idx|xlsx|mjs)$/.test(word) || Object.keys(files).some((name) => name.startsWith(`${word}/`));
    // `--data y=file.csv` names a file too
    const words = command.split(" ").map((word) => {
      const [, name, path] = /^(\w+=)?(.*)$/.exec(word)!;
      return isPath(path!) ? `${name ?? ""}${join(folder, path!)}` : word;
    });
    const [out, err]: [string[], string[]] = [[], []];
    const status = await main([...words, ...more], {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      stdin: () => Readable.from([Buffer.from(files["-"] ?? "")]),
      terminal: { out: false, err: false },
      env: {},
      screen: null,
      interruptible: () => new AbortController().signal,
    });
    const plain = (texts: readonly string[]): string =>
      texts.join("").replaceAll(`${folder}/`, "").replaceAll(folder, ".");
    const [said, result] = [plain(err), plain(out)];
    const messages = `${said}\n${result}`.match(message) ?? [];
    const codes = messages.map((one) => /PPL\d+/.exec(one)![0]);
    return { status, out: result, err: said, messages, codes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
