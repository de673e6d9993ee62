import { type ComponentType, type LazyExoticComponent, lazy } from 'react'

/**
 * A part of the screen that is loaded when it is first shown, together with Mantine if it is not there yet: the first
 * load has neither.
 */
export function withMantine<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
): LazyExoticComponent<ComponentType<P>> {
  return lazy(async () => {
    const [{ MantineRoot }, { default: Part }] = await Promise.all([import('./MantineRoot.tsx'), load()])
    return {
      default: (props: P) => (
        <MantineRoot>
          <Part {...props} />
        </MantineRoot>
      ),
    }
  })
}
