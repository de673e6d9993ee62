// What every JavaScript host of the core has (browser, worker, Node) and the ES library does not declare.
// The core is compiled without DOM types on purpose: anything else it wants must come through the Host port.
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(input?: Uint8Array | ArrayBuffer): string
}
declare function atob(data: string): string
declare function btoa(data: string): string
declare function structuredClone<T>(value: T): T
declare class URL {
  constructor(url: string | URL, base?: string | URL)
  readonly href: string
}
interface ImportMeta {
  readonly url: string
}
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
    static imports(module: Module): { module: string; name: string; kind: string }[]
    static exports(module: Module): { name: string; kind: string }[]
  }
  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number })
    readonly buffer: ArrayBuffer
    grow(delta: number): number
  }
  class RuntimeError extends Error {}
  function compile(bytes: Uint8Array): Promise<Module>
}
