import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { fencesOf } from "../documents/fences.ts";

const root = join(import.meta.dirname, "..", "..");
const [tarball, fresh] = [inject("tarball"), inject("fresh")];

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command in the fresh folder, or in one below it. */
async function run(program: string, args: readonly string[], folder = "."): Promise<Ran> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [...args], { cwd: join(fresh, folder) });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

const tool = (name: string): string => join(root, "node_modules/.bin", name);

describe("the tarball", () => {
  const files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");

  test("has no source maps, no sources and no tests, and is small", () => {
    expect(files.filter((path) => /\.map$|(?<!\.d)\.ts$|\/test\//.test(path))).toEqual([]);
    expect(files).toContain("package/dist/licences.txt");
    expect(statSync(tarball).size).toBeLessThan(1.5e6);
  });

  test("takes little room, and brings neither what draws nor TensorFlow.js", () => {
    const installed = readdirSync(join(fresh, "node_modules"));
    expect(installed).toContain("stratum");
    for (const name of ["vega", "vega-lite", "@viz-js", "@tensorflow", "chevrotain"])
      expect(installed).not.toContain(name);
    const kilobytes = Number(
      execFileSync("du", ["-sk", "node_modules"], { cwd: fresh, encoding: "utf8" }).split("\t")[0],
    );
    expect(kilobytes).toBeLessThan(15_000);
  });

  test("is fine by publint and by attw", async () => {
    expect(await run(tool("publint"), [tarball, "--strict"])).toMatchObject({ code: 0 });
    expect(await run(tool("attw"), [tarball, "--config-path", join(root, ".attw.json")])).toMatchObject({ code: 0 });
  });
});

describe("in a fresh folder", () => {
  test("the README's program compiles as TypeScript and runs as it is printed", async () => {
    const program = fencesOf(readFileSync(join(root, "README.md"), "utf8")).find(({ language }) => language === "ts");
    writeFileSync(join(fresh, "quick.ts"), program?.lines.join("\n") ?? "");
    const strict = ["--strict", "--target", "es2022", "--module", "nodenext", "quick.ts"];
    expect(await run(tool("tsc"), strict)).toMatchObject({ code: 0, out: "" });
    const { code, out, err } = await run("node", ["quick.js"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("true");
  });

  test.each([
    ["fit.mjs", /good enough|trust|fine/i],
    ["fit.cjs", /PPL\d/],
    ["four.mjs", /0\.98.*1\.98.*3\.02.*4\.02/s],
  ])("%s of docs/embedding.md runs", async (file, says) => {
    const { code, out, err } = await run("node", [file]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(says);
  });

  test("its server answers, mistakes too", async () => {
    const server = spawn("node", ["server.mjs"], { cwd: fresh, env: { ...process.env, PORT: "0" } });
    try {
      const url = await new Promise<string>((resolve) =>
        server.stdout.once("data", (said) => resolve(String(said).trim())),
      );
      const ask = async (body: string) => (await fetch(url, { method: "POST", body })).json();
      expect(await ask('{ "y": [1, 2, 3] }')).toMatchObject({ trusted: true, mu: { mean: expect.closeTo(1.99, 1) } });
      expect(await ask('{ "x": [1] }')).toMatchObject({ problem: expect.stringContaining("PPL") });
    } finally {
      server.kill();
    }
  });

  test("an import is quick", async () => {
    const script =
      'const { cpuUsage } = process; const before = cpuUsage(); await import("stratum");' +
      "const { user, system } = cpuUsage(before); console.log((user + system) / 1000)";
    const times: number[] = [];
    for (let i = 0; i < 5; i++) times.push(Number((await run("node", ["--input-type=module", "-e", script])).out));
    // of the processor, in milliseconds: what else the machine does is no part of it
    expect(Math.min(...times)).toBeLessThan(250);
  });

  test("what is missing is named, with the command that installs it", async () => {
    const drawn = await run("npx", ["stratum", "graph", "eight_schools", "--svg"]);
    expect(drawn).toMatchObject({ code: 1, err: expect.stringMatching(/PPL768.*npm install @viz-js\/viz/s) });
    const fitted = await run("npx", ["stratum", "infer", "eight_schools", "--engine", "tfjs"]);
    expect(fitted).toMatchObject({
      code: 1,
      err: expect.stringContaining("@tensorflow/tfjs-core @tensorflow/tfjs-backend-wasm"),
    });
    const script =
      'import { renderSvg } from "stratum"; await renderSvg({}).catch((e) => console.log(e.diagnostics[0].hint))';
    expect(await run("node", ["--input-type=module", "-e", script])).toMatchObject({
      out: "npm install vega vega-lite\n",
    });
  });
});

describe("the command", () => {
  const checks = ["check", "eight_schools"];
  const fine = { code: 0, out: expect.stringContaining("3 latent sites") };

  test("runs by npx, from a folder below too", async () => {
    expect(await run("npx", ["stratum", ...checks])).toMatchObject(fine);
    mkdirSync(join(fresh, "below"), { recursive: true });
    expect(await run("npx", ["stratum", "check", "../eight_schools"], "below")).toMatchObject(fine);
  });

  test("runs when it is installed for all", async () => {
    const prefix = join(fresh, "..", "global");
    const install = ["install", "--global", "--silent", "--prefer-offline", "--prefix", prefix, tarball];
    expect(await run("npm", install)).toMatchObject({ code: 0 });
    expect(await run(join(prefix, "bin/stratum"), checks)).toMatchObject(fine);
  });

  test("runs in a checkout without being built, from any folder, a sweep's processes too", async () => {
    const launcher = join(root, "scripts/stratum.mjs");
    expect(await run("node", [launcher, ...checks])).toMatchObject(fine);
    const sweep = {
      model: "eight_schools",
      options: { guide: "mean_field", steps: 5, "evidence-draws": 50 },
      grid: { seed: [0, 1] },
    };
    writeFileSync(join(fresh, "sweep.json"), JSON.stringify(sweep));
    expect(await run("npx", ["stratum", "sweep", "sweep.json", "--out", "built"])).toMatchObject({ code: 0 });
    expect(await run("node", [launcher, "sweep", "sweep.json", "--out", "sources"])).toMatchObject({ code: 0 });
  });
});
