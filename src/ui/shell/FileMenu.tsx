import { Menu } from '@mantine/core'
import { useServices } from '../context.ts'
import { appCommands } from './commands.ts'

const groups = ['file', 'design', 'view', 'help'] as const

/** The commands of the whole app, under its name. */
export default function FileMenu(props: { left: number; top: number; opened: boolean; onClose(): void }) {
  const services = useServices()
  const { left, top, opened, onClose } = props
  const commands = appCommands(services)
  return (
    <Menu
      opened={opened}
      onClose={onClose}
      position="bottom-start"
      offset={4}
      width={270}
      trapFocus
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <span style={{ position: 'fixed', left, top, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown>
        {groups.map((group, index) => (
          <div key={group}>
            {index > 0 && <Menu.Divider />}
            {commands
              .filter((command) => command.group === group)
              .map((command) => (
                <Menu.Item
                  key={command.id}
                  onClick={command.run}
                  rightSection={command.keys && <kbd>{command.keys}</kbd>}
                >
                  {command.title}
                </Menu.Item>
              ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
