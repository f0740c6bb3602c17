import type { Reporter, TestModule } from "vitest/node";

/** How the reason of a skipped test begins whose reference data are not there. */
export const absent = "reference data absent";

/** One line at the end of a run, for all tests that were skipped because reference data are not there. */
export default class AbsentReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const reasons = modules.flatMap((module) =>
      [...module.children.allTests("skipped")].flatMap((one) => {
        const { note } = one.result() as { readonly note?: string };
        return note?.startsWith(absent) ? [note.slice(absent.length + 2)] : [];
      }),
    );
    if (reasons.length === 0) return;
    const files = [...new Set(reasons)].toSorted().join(", ");
    process.stdout.write(`${absent}: ${reasons.length} suites and tests skipped that need ${files}\n`);
  }
}
