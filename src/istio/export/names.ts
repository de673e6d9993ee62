/** Prefixes that say nothing in the name of a resource. */
const prefixes = /^(envoy\.filters\.(http|network|listener)\.|envoy\.|istio\.|extensions\.istio\.io\/\w+\/)/

/** A name for a resource from that of a filter: letters, digits and dashes, at most 50 characters. */
export function slug(filterName: string): string {
  const plain = filterName.replace(prefixes, '').toLowerCase()
  const dashed = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '')
  return dashed.slice(0, 50).replace(/-+$/, '') || 'filter'
}

/** A name for a resource about several filters. */
export function slugOfAll(names: string[], otherwise: string): string {
  const slugs = [...new Set(names.map(slug))]
  if (slugs.length === 0) return otherwise
  if (slugs.length <= 2) return slugs.join('-and-')
  return `${slugs[0]}-and-${slugs.length - 1}-more`
}

/** Gives out names, each once. */
export class Names {
  private readonly taken = new Set<string>()

  take(wanted: string): string {
    let name = wanted
    for (let count = 2; this.taken.has(name); count++) name = `${wanted}-${count}`
    this.taken.add(name)
    return name
  }
}
