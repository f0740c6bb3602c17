import { defineConfig } from "vitest/config";

/** `npm test` runs everything but test/slow; `npm run test:slow` runs that alone. */
export default defineConfig(({ mode }) => ({
  test: {
    include: [mode === "slow" ? "test/slow/**/*.test.ts" : "test/**/*.test.ts"],
    exclude: mode === "slow" ? [] : ["test/slow/**"],
    testTimeout: mode === "slow" ? 600_000 : 60_000,
    pool: "forks",
    reporters: ["default", "./test/reporter.ts"],
  },
}));
