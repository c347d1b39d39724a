"""Click in French: headings, and what it says when a command line is not understood."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click
from click.exceptions import NoArgsIsHelpError
from typing_extensions import override


class Refusal(click.ClickException):
    """One clear sentence that says what is wrong and what to do; the process ends with 1."""

    exit_code = 1

    @override
    def show(self, file: Any = None) -> None:
        click.echo(f"✘ {self.message}", file=file, err=file is None)


class Misused(click.UsageError):
    """A command line that is none; the process ends with 2."""

    @override
    def show(self, file: Any = None) -> None:
        if self.ctx is not None:
            click.echo(self.ctx.get_usage(), file=file, err=file is None)
            click.echo(f"Aide : {self.ctx.command_path} --help", file=file, err=file is None)
        click.echo(f"✘ {self.message}", file=file, err=file is None)


class FrenchCommand(click.Command):
    """A command that explains itself in French."""

    @override
    def make_context(self, *args: Any, **more: Any) -> click.Context:
        with _in_french():
            return super().make_context(*args, **more)

    @override
    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, _pieces(self, ctx), prefix="Usage : ")

    @override
    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_options(self, ctx, formatter)

    @override
    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _french_help(super().get_help_option(ctx))


class FrenchGroup(click.Group):
    """A group of such commands."""

    command_class = FrenchCommand

    @override
    def make_context(self, *args: Any, **more: Any) -> click.Context:
        with _in_french():
            return super().make_context(*args, **more)

    @override
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        with _in_french():
            return super().resolve_command(ctx, args)

    @override
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.Abort, KeyboardInterrupt):
            raise Refusal("Interrompu.") from None

    @override
    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, _pieces(self, ctx), prefix="Usage : ")

    @override
    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_options(self, ctx, formatter)
        rows = [
            (name, command.get_short_help_str(limit=120))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None
        ]
        with formatter.section("Commandes"):
            formatter.write_dl(rows)

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        # In the order in which a newcomer needs them.
        return list(self.commands)

    @override
    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _french_help(super().get_help_option(ctx))


def _pieces(command: click.Command, ctx: click.Context) -> str:
    pieces = command.collect_usage_pieces(ctx)
    said = {"COMMAND [ARGS]...": "COMMANDE [ARGUMENTS]..."}
    return " ".join(said.get(piece, piece) for piece in pieces)


def _write_options(
    command: click.Command, ctx: click.Context, formatter: click.HelpFormatter
) -> None:
    options = [each for each in command.get_params(ctx) if isinstance(each, click.Option)]
    rows = [row for each in options if (row := each.get_help_record(ctx))]
    with formatter.section("Options"):
        formatter.write_dl(rows)


def _french_help(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "Affiche cette aide."
    return option


@contextmanager
def _in_french() -> Iterator[None]:
    try:
        yield
    except Misused:
        raise
    except click.UsageError as error:
        _say_again(error)


def _say_again(error: click.UsageError) -> NoReturn:
    match error:
        case NoArgsIsHelpError():
            raise error
        case click.NoSuchOption():
            said = f"Option inconnue : {error.option_name}."
        case click.MissingParameter():
            said = f"Il manque {_name(error)}."
        case click.BadOptionUsage():
            said = f"L'option {error.option_name} ne s'emploie pas ainsi."
        case click.BadParameter():
            said = f"Valeur refusée pour {_name(error)}."
        case _ if "command" in error.message.lower():
            said = "Commande inconnue."
        case _:
            said = "Ligne de commande incomprise : arguments en trop ?"
    raise Misused(said, ctx=error.ctx) from None


def _name(error: click.BadParameter) -> str:
    if error.param is None or error.ctx is None:
        return "un argument"
    choices = ""
    if isinstance(error.param.type, click.Choice):
        choices = f" (au choix : {', '.join(map(str, error.param.type.choices))})"
    return (
        error.param.make_metavar(error.ctx) + choices
        if isinstance(error.param, click.Argument)
        else "/".join(error.param.opts) + choices
    )
