import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { main } from "../../src/cli/cli.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** And both together, as a terminal shows them. */
export interface RanHere extends Ran {
  readonly shown: string;
}

export interface World {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  readonly signal?: AbortSignal;
}

/** The command line, in this process. */
export async function stratum(argv: readonly string[], world: World = {}): Promise<RanHere> {
  const ran = { out: "", err: "", shown: "" };
  const write = (where: "out" | "err") => (text: string) => {
    ran[where] += text;
    ran.shown += text;
  };
  const code = await main(argv, {
    out: write("out"),
    err: write("err"),
    stdin: async () => world.stdin ?? "",
    terminal: { out: world.terminal ?? false, err: world.terminal ?? false },
    env: world.env ?? {},
    screen: null,
    interruptible: () => world.signal ?? new AbortController().signal,
  });
  return { code, ...ran };
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
