import { build, transform, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { portable } from "../src/numeric/portable.ts";

/*
 * Writes what is published: `dist/src` for Node, Bun and Deno, and `dist/browser`. Each entrance is a file, with what
 * entrances share, and what is loaded when it is used, in files beside it: a start reads ten files where it read seven
 * hundred. Packages in `dependencies` and `peerDependencies` stay packages; those that are used and stand in
 * `devDependencies` become a part of the files, with their licences in `dist/licences.txt`. Of the declarations those are
 * kept that the entrance leads to.
 */

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}
const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

/** A power is the host's as an operator too: written as a call it is `Math.pow`, see below. */
const powersAsCalls: Plugin = {
  name: "powers as calls",
  setup({ onLoad }) {
    onLoad({ filter: /\/(src|grammar)\/[^.]*\.ts$/ }, async ({ path }) => {
      if (path.includes("node_modules") || path.endsWith("/portable.ts")) return null;
      const text = await readFile(path, "utf8");
      const { code } = await transform(text, { loader: "ts", supported: { "exponent-operator": false } });
      return { contents: code, loader: "js" };
    });
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: "esm",
  metafile: true,
  logLevel: "warning",
  target: "es2023",
  // the last digit of these is the host's, and the same fit shall give the same digits on all of them
  inject: ["src/numeric/portable.ts"],
  define: Object.fromEntries(Object.keys(portable).map((name) => [`Math.${name}`, `portable.${name}`])),
  plugins: [powersAsCalls],
} as const satisfies BuildOptions;

/**
 * A page has no files: what reads, writes and locks them is there, and says so when it is called. The prototype, because that
 * is what importing a module of another format keeps of an object.
 */
const withoutNode: Plugin = {
  name: "without Node",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:.*|proper-lockfile)$/ }, ({ path }) => ({ path, namespace: "node" }));
    onLoad({ filter: /.*/, namespace: "node" }, () => ({
      contents: `const missing = () => { throw new Error("there are no files in a browser"); };
        module.exports = Object.create(new Proxy({}, { get: () => missing }));`,
    }));
  },
};

/** What a package says of itself that has no file with its licence. */
interface Credits {
  readonly license: string;
  readonly author: string;
}

/** The folders of the packages that became a part of what was written. */
function packagesIn({ inputs }: Metafile): readonly string[] {
  const found = Object.keys(inputs).flatMap((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(found)].sort();
}

function licenceOf(folder: string): string {
  const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name));
  if (file !== undefined) return readFileSync(join(root, folder, file), "utf8").trim();
  const { license, author } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Credits;
  return `${license}, ${author}`;
}

/** A declaration file and those that it leads to. */
function reached(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"), true, true);
  for (const { fileName } of importedFiles)
    if (fileName.startsWith(".")) reached(join(dirname(file), fileName.replace(/\.ts$/, ".d.ts")), found);
  return found;
}

/** What is declared by packages that may not be installed is `any` there, and no mistake. */
function withoutPeers(text: string): string {
  return text.replace(/^import .* from "([^."][^"]*)";$/gm, (line, from: string) => {
    const optional = Object.keys(peerDependencies).some((name) => from === name || from.startsWith(`${name}/`));
    return optional ? `// @ts-ignore: it may not be installed\n${line}` : line;
  });
}

/** The compiler writes them for every file that it reads; those of no type that anybody can name are taken out again. */
function writeDeclarations(): void {
  const compiler = fileURLToPath(import.meta.resolve("typescript/lib/tsc.js"));
  execFileSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });
  const kept = reached(join(dist, "src/index.d.ts"));
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(path)) rmSync(path);
  }
  for (const path of kept) writeFileSync(path, withoutPeers(readFileSync(path, "utf8")));
}

rmSync(dist, { recursive: true, force: true });
writeDeclarations();
const node = await build({
  ...common,
  platform: "node",
  entryPoints: ["src/index.ts", "src/cli/main.ts"],
  outbase: ".",
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  external: Object.keys({ ...dependencies, ...peerDependencies }),
});
const browser = await build({
  ...common,
  platform: "browser",
  entryPoints: ["src/index.ts"],
  outdir: "dist/browser",
  chunkNames: "[name]-[hash]",
  external: Object.keys(peerDependencies),
  plugins: [powersAsCalls, withoutNode],
});

const bundled = [...new Set([node, browser].flatMap(({ metafile }) => packagesIn(metafile)))];
const licences = bundled.map((folder) => `${folder.split(`node_modules${sep}`).at(-1)}\n\n${licenceOf(folder)}\n`);
writeFileSync(join(dist, "licences.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));
