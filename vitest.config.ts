import { defineConfig } from "vitest/config";

/** Tests that `npm test` leaves out, by the mode that runs them: `npm run test:slow` and so on. */
const apart = ["slow", "package", "hosts"];

export default defineConfig(({ mode }) => {
  const alone = apart.includes(mode);
  return {
    test: {
      include: [alone ? `test/${mode}/**/*.test.ts` : "test/**/*.test.ts"],
      exclude: alone ? [] : apart.map((folder) => `test/${folder}/**`),
      globalSetup: mode === "package" || mode === "hosts" ? ["test/package/setup.ts"] : [],
      testTimeout: alone ? 600_000 : 60_000,
      pool: "forks",
      reporters: ["default", "./test/reporter.ts"],
    },
  };
});
