/**
 * Remembers what was made of a configuration message, for as long as the message lives. Per-route messages are decoded
 * once for a route, so this is what Envoy does when it loads the route table: parse once, use for each request.
 */
export function perConfig<Config extends object, Made>(make: (config: Config) => Made): (config: Config) => Made {
  const made = new WeakMap<Config, Made>()
  return (config) => {
    let value = made.get(config)
    if (value === undefined) {
      value = make(config)
      made.set(config, value)
    }
    return value
  }
}
