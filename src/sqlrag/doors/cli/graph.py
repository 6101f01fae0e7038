"""The group of commands on the knowledge graph; they are made when one of them is called."""

import click

from sqlrag.doors.cli.group import Commands


class GraphCommands(Commands):
    """Reads the operations of the graph when it is asked for a command: others need not wait."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        if not self.commands:
            from sqlrag.doors.cli.graph_commands import make_commands

            self.commands = {command.name or "": command for command in make_commands()}
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        self.list_commands(ctx)
        return super().get_command(ctx, cmd_name)


@click.group(cls=GraphCommands)
def graph() -> None:
    """The knowledge graph: look at it, edit it, export it.

    Entities go by any of their names, in any case.
    """
