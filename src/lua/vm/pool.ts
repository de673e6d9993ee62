import type { LuaExports, LuaImports, LuaState } from './abi.ts'

/** A machine that lives in an instance of a pool. */
export interface Tenant {
  readonly imports: LuaImports
  /** True while it has native frames: it cannot be moved then. */
  readonly busy: boolean
  /** The instance is needed for another: `image` is what `moveIn` takes to go on where it was. */
  moveOut(image: Uint8Array): void
}

interface Instance {
  exports: LuaExports
  tenant: Tenant | undefined
  /** Where the stack pointer is when nothing runs. */
  restingStack: number
}

/** Memory that an instance has got for one tenant and that another would have to drag along: a new one is better. */
const SPARE = 16 * 1024 * 1024
const PAGE = 65_536

/**
 * Instances of the virtual machine, shared by more machines than there can be instances: a browser reserves some ten
 * gigabytes of address space for each, and refuses after about a hundred. A machine at rest is nothing but its memory above
 * the stack. When a machine needs an instance and all are taken, the one that was woken longest ago is laid aside. Machines
 * never share an instance at a time: what one does to its memory stays its own affair.
 */
export class LuaPool {
  private readonly module: WebAssembly.Module
  private readonly size: number
  /** The one that was moved into last is last. */
  private instances: Instance[] = []
  /** The memory of an instance that was never used. */
  private blank: Uint8Array | undefined
  private readonly made = new Map<number, { image: Uint8Array; main: LuaState }>()

  /** `size` instances at most, more only while that many machines call each other. */
  constructor(module: WebAssembly.Module, size = 16) {
    this.module = module
    this.size = size
  }

  /**
   * Gives a tenant an instance with a Lua state in it; `main` is 0 when that does not fit in the limit. States of the same
   * limit are copies of one: to copy is faster than to make. `settled` is called before anything is asked of the tenant.
   */
  make(tenant: Tenant, memoryLimit: number, settled: (exports: LuaExports) => void): LuaState {
    const made = this.made.get(memoryLimit)
    const exports = this.moveIn(tenant, made?.image)
    settled(exports)
    if (made) {
      exports.lx_copied()
      return made.main
    }
    const main = exports.lx_new(memoryLimit)
    if (this.size > 1) this.made.set(memoryLimit, { image: imageOf({ exports }), main })
    return main
  }

  /** Gives a tenant an instance: with the memory it had, or with none used yet. */
  moveIn(tenant: Tenant, image?: Uint8Array): LuaExports {
    const instance = this.vacate(image) ?? this.create()
    instance.tenant = tenant
    if (image) restore(instance, image)
    this.instances.push(instance)
    return instance.exports
  }

  /** The tenant is dead: its instance, which nobody can trust any more, is given up with it. */
  abandon(tenant: Tenant): void {
    this.instances = this.instances.filter((instance) => instance.tenant !== tenant)
  }

  private vacate(image: Uint8Array | undefined): Instance | undefined {
    if (this.instances.length < this.size) return undefined
    const at = this.instances.findIndex(({ tenant, exports, restingStack }) => {
      return !tenant?.busy && exports.__stack_pointer.value === restingStack
    })
    const [instance] = at < 0 ? [] : this.instances.splice(at, 1)
    if (!instance) return undefined
    instance.tenant?.moveOut(imageOf(instance))
    const wanted = image ?? this.blank
    if (!wanted || instance.exports.memory.buffer.byteLength > sizeFor(instance, wanted) + SPARE) return undefined
    if (!image) restore(instance, wanted)
    return instance
  }

  private create(): Instance {
    const instance = instantiate(this.module)
    this.blank ??= imageOf(instance)
    return instance
  }
}

function imageOf({ exports }: Pick<Instance, 'exports'>): Uint8Array {
  return new Uint8Array(exports.memory.buffer).slice(exports.__global_base.value, exports.lx_end())
}

function sizeFor({ exports }: Instance, image: Uint8Array): number {
  return exports.__global_base.value + image.length
}

function restore(instance: Instance, image: Uint8Array): void {
  const { memory, __global_base } = instance.exports
  const missing = sizeFor(instance, image) - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
  new Uint8Array(memory.buffer).set(image, __global_base.value)
}

function instantiate(module: WebAssembly.Module): Instance {
  const tenant = () => instance.tenant!.imports
  const host: LuaImports = {
    call: (L, id) => tenant().call(L, id),
    print: (pointer, length) => tenant().print(pointer, length),
    line: (L, line) => tenant().line(L, line),
    now: () => tenant().now(),
    getenv: (pointer, length) => tenant().getenv(pointer, length),
    refused: (pointer, length) => tenant().refused(pointer, length),
  }
  const imports: Record<string, Record<string, unknown>> = { host: { ...host } }
  const missing = () => 8 // EBADF: libc is linked, nothing of the outside is given
  for (const entry of WebAssembly.Module.imports(module)) {
    imports[entry.module] ??= {}
    imports[entry.module]![entry.name] ??= missing
  }
  const exports = new WebAssembly.Instance(module, imports as never).exports as unknown as LuaExports
  exports._initialize?.()
  const instance: Instance = { exports, tenant: undefined, restingStack: exports.__stack_pointer.value }
  return instance
}
