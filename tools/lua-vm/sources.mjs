/** Fetches LuaJIT's sources as the crate luajit-src packs them, once, into a cache outside the repository. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'

/** The release that answers as the LuaJIT in Envoy 1.40 does: later ones round halves to even and know more operators. */
export const luajitVersion = '210.5.12'

export const cache = `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/chainwright-lua`

/** The folder with LuaJIT's `src` and `dynasm`. */
export function luajitSources() {
  const crate = `${cache}/crate-${luajitVersion}`
  const sources = `${crate}/vendor/luajit-src/luajit2`
  if (!existsSync(sources)) {
    mkdirSync(`${crate}/src`, { recursive: true })
    writeFileSync(`${crate}/src/lib.rs`, '')
    writeFileSync(
      `${crate}/Cargo.toml`,
      `[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\nluajit-src = "=${luajitVersion}"\n`,
    )
    execFileSync('cargo', ['vendor', 'vendor'], { cwd: crate, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return sources
}
