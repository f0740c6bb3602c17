/**
 * What data may ask of the machine, however long a file is or says it is: every reader stops here and names the bound.
 * docs/data.md states them.
 */
export const bounds = {
  /** Lists, and objects of a JSON text, inside one another. */
  depth: 32,
  /** Bytes of a JSON text, unpacked. It is read as a whole. */
  jsonBytes: 256e6,
  /** Bytes that its values would take in memory. */
  jsonMemory: 1.5e9,
  /** Bytes of a table, unpacked. It is read line by line, and its text is not kept. */
  tableBytes: 8e9,
  /** Bytes of one row of a table. */
  rowBytes: 16e6,
  columns: 1e6,
  /** Numbers of one datum, and those that are kept of one file: 4 GB of doubles. */
  numbers: 2 ** 29,
  /** Bytes of a model, or of a file of options. */
  textBytes: 16e6,
  /** Seconds that a FIFO waits for somebody who writes to it. */
  writerSeconds: 10,
} as const;
