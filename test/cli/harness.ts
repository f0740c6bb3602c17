import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { main } from "../../src/cli/cli.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface World {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  readonly signal?: AbortSignal;
}

/** The command line, in this process. */
export async function stratum(argv: readonly string[], world: World = {}): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await started(argv, world, { out: (text) => void out.push(text), err: (text) => void err.push(text) });
  return { code, out: out.join(""), err: err.join("") };
}

/** The same, with what a terminal shows of both. */
export async function shown(argv: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const both: string[] = [];
  const write = (text: string): void => void both.push(text);
  const code = await started(argv, {}, { out: write, err: write });
  return { code, text: both.join("") };
}

function started(
  argv: readonly string[],
  world: World,
  to: Readonly<Record<"out" | "err", (text: string) => void>>,
): Promise<number> {
  return main(argv, {
    ...to,
    stdin: () => Readable.from([Buffer.from(world.stdin ?? "")]),
    terminal: { out: world.terminal ?? false, err: world.terminal ?? false },
    env: world.env ?? {},
    screen: null,
    interruptible: () => world.signal ?? new AbortController().signal,
  });
}

/** A folder of files that lasts as long as `body`. */
export async function withFiles<T>(
  files: Readonly<Record<string, string>>,
  body: (path: (name: string) => string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "stratum-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return await body((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A normal mean, whose posterior the guide can be: small and quick. */
export const normalMean = `model normal_mean

data y: real[N]

sample mu ~ normal(0, 1)
plate n in N {
  observe y[n] ~ normal(mu, 1)
}
`;

/** Posterior of mu: normal with mean 6 / 4 and variance 1 / 4. */
export const normalData = `{ "y": [1, 2, 3] }\n`;
