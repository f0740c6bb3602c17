import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import { decays } from "../src/options/rows.ts";
import { keysOf } from "../src/base/records.ts";
import { backendNames, engineNames } from "../src/execute/names.ts";
import { guideFamilyNames } from "../src/components/index.ts";
import { activationNames } from "../src/nn/activations.ts";
import { boundNames } from "../src/objective/bounds/index.ts";
import { baselineNames } from "../src/objective/baselines.ts";
import { estimatorNames } from "../src/objective/estimators/index.ts";

/** Bottom first. A file may import from its own layer and from layers before it in this list. */
const layers = [
  ...["base", "diagnostics", "numeric", "tensor", "program", "distributions", "components", "grammar", "syntax"],
  ...["model", "library", "nn", "check", "bind", "graph", "joint", "guide", "objective", "plan", "lower"],
  ...[
    "execute",
    "inference",
    "posterior",
    "data",
    "report",
    "pipeline.ts",
    "options",
    "app",
    "api",
    "sweep",
    "index.ts",
    "cli",
  ],
];

/** Where the outside world may be touched; the rest runs in a browser unchanged. */
const mayTouchNode = [/^src\/cli\//, /^src\/data\//, /^src\/execute\/tfjs\/(backends|load)\.ts$/];

/** Who may lean on which package: anything else is a new dependency of the core and wants a decision. */
const packages: readonly (readonly [RegExp, readonly RegExp[]])[] = [
  [/^chevrotain$/, [/^grammar\//, /^src\/syntax\//]],
  [/^seedrandom$/, [/^src\/numeric\//, /^src\/execute\//]],
  [/^@stdlib\//, [/^src\/numeric\//]],
  [/^(@tensorflow\/.*|webgpu)$/, [/^src\/execute\//]],
  [/^csv-parse/, [/^src\/data\//]],
  [/^valibot$/, [/^src\/(posterior|data|sweep|cli|api)\//]],
  [/^proper-lockfile$/, [/^src\/data\//]],
  [/^cli-table3$/, [/^src\/report\//]],
  [/^(d3-contour|vega(-lite.*)?)$/, [/^src\/report\/plot\//]],
  [/^(commander|cli-progress|@viz-js\/viz)$/, [/^src\/cli\//]],
  [/^picocolors$/, [/^src\/(diagnostics|report|cli)\//]],
];

const longest = 400;

type Files = ReadonlyMap<string, string>;

function layerOf(path: string): number {
  const [top, second] = path.split("/");
  return layers.indexOf(top === "grammar" ? "grammar" : (second ?? ""));
}

/** What a file imports, types and dynamic imports included: paths of files, or names of packages. */
function importsOf(path: string, text: string): readonly string[] {
  const folder = dirname(path);
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith(".") ? join(folder, fileName).split(sep).join("/") : fileName,
    );
}

function unlayered(files: Files): string[] {
  return [...files.keys()].filter((path) => layerOf(path) < 0);
}

function upward(files: Files): string[] {
  return [...files].flatMap(([path, text]) =>
    importsOf(path, text)
      .filter((to) => files.has(to) && layerOf(to) > layerOf(path))
      .map((to) => `${path} imports ${to}`),
  );
}

function dangling(files: Files): string[] {
  return [...files].flatMap(([path, text]) =>
    importsOf(path, text)
      .filter((to) => /^(src|grammar|test|scripts)\//.test(to) && !files.has(to))
      .map((to) => `${path} imports ${to}, which is not there`),
  );
}

/** Each cycle once, from its first file in path order. */
function cycles(files: Files): string[] {
  const found: string[] = [];
  const state = new Map<string, "open" | "done">();
  const trail: string[] = [];
  const visit = (path: string): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      found.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      return;
    }
    state.set(path, "open");
    trail.push(path);
    for (const to of importsOf(path, files.get(path)!)) if (files.has(to)) visit(to);
    trail.pop();
    state.set(path, "done");
  };
  [...files.keys()].sort().forEach(visit);
  return found;
}

function outside(files: Files): string[] {
  return [...files].flatMap(([path, text]) => {
    const touches = importsOf(path, text).filter((to) => to.startsWith("node:"));
    return mayTouchNode.some((rule) => rule.test(path)) ? [] : touches.map((to) => `${path} imports ${to}`);
  });
}

/** Parts of src/execute that are one executor's own: above it, a need is answered by select.ts and export.ts. */
const executors = /^src\/execute\/(fused\/|tfjs\/|reference\.ts$)/;

function namesExecutor(files: Files): string[] {
  return [...files]
    .filter(([path]) => !path.startsWith("src/execute/"))
    .flatMap(([path, text]) =>
      importsOf(path, text)
        .filter((to) => executors.test(to))
        .map((to) => `${path} imports ${to}`),
    );
}

function foreign(files: Files): string[] {
  return [...files].flatMap(([path, text]) =>
    importsOf(path, text)
      .filter((to) => !/^(node:|src\/|grammar\/|test\/|scripts\/|\.)/.test(to))
      .filter((to) => {
        const rule = packages.find(([name]) => name.test(to));
        return !rule || !rule[1].some((folder) => folder.test(path));
      })
      .map((to) => `${path} imports ${to}`),
  );
}

function long(files: Files): string[] {
  return [...files]
    .map(([path, text]) => [path, text.trimEnd().split("\n").length] as const)
    .filter(([, lines]) => lines > longest)
    .map(([path, lines]) => `${path} has ${lines} lines`);
}

/** Sets of names that people write, each with the one file that lists them; tables keyed by them are total. */
const listed: readonly (readonly [string, readonly string[]])[] = [
  ["src/nn/activations.ts", activationNames],
  ["../src/components/index.ts", guideFamilyNames],
  ["src/objective/bounds/index.ts", boundNames],
  ["src/objective/estimators/index.ts", estimatorNames],
  ["src/objective/baselines.ts", baselineNames],
  ["src/execute/names.ts", engineNames],
  ["src/execute/names.ts", backendNames],
  ["src/options/rows.ts", keysOf(decays)],
];

/** Written from the lists (see scripts/generate.ts). */
const fromLists: ReadonlySet<string> = new Set(["src/options/values.ts"]);

/** Lists, unions and calls that hold most of a set's names as texts, and little else. */
function listings(files: Files, names: readonly string[]): string[] {
  return [...files]
    .filter(([path, text]) => !fromLists.has(path) && names.some((name) => text.includes(`"${name}"`)))
    .flatMap(([path, text]) => {
      const found: string[] = [];
      const visit = (node: ts.Node): void => {
        const said = textsIn(node);
        const hits = new Set(said.filter((one) => names.includes(one))).size;
        // functions of the same names are another matter
        if (hits > 1 && 2 * hits > names.length && 2 * hits > said.length) found.push(path);
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true));
      return found;
    });
}

/** The texts that stand side by side in a list of any kind. */
function textsIn(node: ts.Node): readonly string[] {
  const parts = ts.isArrayLiteralExpression(node)
    ? node.elements
    : ts.isCallExpression(node)
      ? node.arguments
      : ts.isUnionTypeNode(node)
        ? node.types.map((type) => (ts.isLiteralTypeNode(type) ? type.literal : type))
        : [];
  return parts.flatMap((part) => (ts.isStringLiteral(part) ? [part.text] : []));
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

function read(...folders: readonly string[]): Files {
  const files = new Map<string, string>();
  for (const folder of folders)
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      const path = relative(root, join(entry.parentPath, entry.name)).split(sep).join("/");
      // The concrete syntax types are written by the parser generator.
      if (entry.isFile() && path.endsWith(".ts") && path !== "grammar/cst.ts")
        files.set(path, readFileSync(join(root, path), "utf8"));
    }
  return files;
}

const source = new Map([
  ...read("src", "grammar"),
  ["grammar/cst.ts", readFileSync(join(root, "grammar/cst.ts"), "utf8")],
]);
const planted = (path: string, text: string): Files => new Map([...source, [path, text]]);

test("every folder has a layer", () => {
  expect(unlayered(source)).toEqual([]);
  expect(unlayered(planted("src/magic/wand.ts", ""))).toEqual(["src/magic/wand.ts"]);
});

test("no file imports from a later layer, types included", () => {
  expect(upward(source)).toEqual([]);
  const fault = 'import type { Graph } from "../graph/graph.ts";';
  expect(upward(planted("src/base/fault.ts", fault))).toEqual(["src/base/fault.ts imports src/graph/graph.ts"]);
  const dynamic = 'const later = () => import("../../src/cli/io.ts");';
  expect(upward(planted("src/numeric/fault.ts", dynamic))).toEqual(["src/numeric/fault.ts imports src/cli/io.ts"]);
});

test("every relative import names a file that is there", () => {
  expect(dangling(source)).toEqual([]);
  expect(dangling(planted("src/base/fault.ts", 'export * from "./nowhere.ts";'))).toEqual([
    "src/base/fault.ts imports src/base/nowhere.ts, which is not there",
  ]);
});

test("there are no import cycles, not even inside a layer or of types alone", () => {
  expect(cycles(source)).toEqual([]);
  const files = new Map([
    ["src/base/a.ts", 'import type { B } from "./b.ts";'],
    ["src/base/b.ts", 'export { c } from "./c.ts";'],
    ["src/base/c.ts", 'const a = () => import("./a.ts");'],
  ]);
  expect(cycles(files)).toEqual(["src/base/a.ts -> src/base/b.ts -> src/base/c.ts -> src/base/a.ts"]);
});

test("only the command line, the readers and the start-up of back ends touch Node", () => {
  expect(outside(source)).toEqual([]);
  const fault = 'import { readFileSync } from "node:fs";';
  expect(outside(planted("src/inference/fault.ts", fault))).toEqual(["src/inference/fault.ts imports node:fs"]);
  expect(outside(planted("src/cli/fine.ts", fault))).toEqual([]);
});

test("no file above execute names an executor", () => {
  expect(namesExecutor(source)).toEqual([]);
  for (const to of ["fused/executor.ts", "tfjs/module.ts", "reference.ts"])
    expect(namesExecutor(planted("src/app/fault.ts", `import { it } from "../execute/${to}";`))).toEqual([
      `src/app/fault.ts imports src/execute/${to}`,
    ]);
  expect(namesExecutor(planted("src/app/fine.ts", 'import { it } from "../execute/select.ts";'))).toEqual([]);
});

test("packages are used only where they belong", () => {
  expect(foreign(source)).toEqual([]);
  expect(foreign(planted("src/model/fault.ts", 'import { parse } from "csv-parse/sync";'))).toEqual([
    "src/model/fault.ts imports csv-parse/sync",
  ]);
  expect(foreign(planted("src/cli/fault.ts", 'import "left-pad";'))).toEqual(["src/cli/fault.ts imports left-pad"]);
});

test("each set of names is listed in one file", () => {
  for (const [path, names] of listed)
    expect([names, listings(source, names).filter((where) => where !== path)]).toEqual([names, []]);
  const [, families] = listed[1]!;
  const fault = 'type Family = "mean_field" | "full_rank" | "low_rank" | "mixture";';
  expect(listings(planted("src/guide/fault.ts", fault), families)).toContain("src/guide/fault.ts");
  expect(listings(planted("src/guide/fine.ts", 'f("laplace", "mixture");'), families)).not.toContain(
    "src/guide/fine.ts",
  );
});

test("no file is longer than 400 lines", () => {
  expect(long(read("src", "grammar", "test", "scripts"))).toEqual([]);
  expect(long(planted("src/base/fault.ts", "\n".repeat(401) + "x"))).toEqual(["src/base/fault.ts has 402 lines"]);
});

test("each line of the pipeline is a folder, and its stages are imported from there", () => {
  const text = source.get("src/pipeline.ts") ?? "";
  const said = [...text.matchAll(/\/\/ ((?:[a-z]+\/(?:[a-z]+\/)?(?:, )?)+)$/gm)].flatMap(([, folders]) =>
    (folders ?? "").split(", "),
  );
  const folders = new Set([...source.keys()].map((path) => path.slice("src/".length)));
  expect(said.length).toBeGreaterThan(8);
  for (const folder of said)
    expect(
      [...folders].some((path) => path.startsWith(folder)),
      folder,
    ).toBe(true);
});

test("every folder of src says what it is", () => {
  const folders = new Set([...source.keys()].flatMap((path) => path.split("/").slice(1, -1).slice(0, 1)));
  const silent = [...folders].filter((folder) => !existsSync(join(root, "src", folder, "README.md")));
  expect(silent).toEqual([]);
});
