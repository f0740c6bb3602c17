import { build } from "esbuild";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { answerOf, browser } from "./chromium.ts";

interface Fitted {
  readonly name: string;
  readonly precision: string;
  readonly trace: readonly number[];
}
type Result = { readonly failed?: string; readonly fused: Fitted; readonly reference: Fitted };

/** Bundles page.ts for a browser, opens it, and waits for what it has to say. */
async function run(command: string): Promise<Result> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "page.ts")],
    bundle: true,
    write: false,
    outdir: "/",
    format: "esm",
    // what is imported when it is asked for stays in files of its own
    splitting: true,
    platform: "browser",
    // only reading and writing files needs these
    external: ["node:*", "proper-lockfile"],
  });
  const files = new Map(outputFiles.map(({ path, text }) => [path, text]));
  const page = `<!doctype html><script type="module" src="/page.js"></script>`;
  return JSON.parse(await answerOf(command, page, files)) as Result;
}

describe.skipIf(browser === undefined)("in a browser", () => {
  test("a model is fitted by the fused engine, as the reference evaluator fits it", async () => {
    const { failed, fused, reference } = await run(browser!);
    expect(failed).toBeUndefined();
    expect(fused.name).toBe("fused");
    expect(fused.precision).toBe("float64");
    expect(reference.name).toBe("reference");
    expect(fused.trace).toHaveLength(300);
    // rounding grows over 300 steps of Adam: 1e-9 is a million times the spacing of these numbers
    fused.trace.forEach((bound, step) => expect(Math.abs(bound - reference.trace[step]!)).toBeLessThan(1e-9));
  });
});
