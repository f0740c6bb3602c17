/**
 * The little of the WebAssembly JavaScript interface that the engine uses. Neither the ES2023 library nor Node's types
 * declare it, and the browser's types would bring a whole document along.
 */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface WasmInstance {
  readonly exports: Readonly<Record<string, (...args: readonly number[]) => number>>;
}

/** Compiled code, which may be posted to a worker. */
export interface WasmModule {
  readonly brand?: "WebAssembly.Module";
}

type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface WasmHost {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: Imports) => WasmInstance;
  readonly Memory: new (pages: {
    readonly initial: number;
    readonly maximum?: number;
    readonly shared?: boolean;
  }) => WasmMemory;
  compile(bytes: Uint8Array): Promise<WasmModule>;
}

/** The host's WebAssembly, or null where there is none. */
export function wasmHost(): WasmHost | null {
  return (Reflect.get(globalThis, "WebAssembly") as WasmHost | undefined) ?? null;
}

/** Bytes in a page of memory. */
export const pageBytes = 65536;
