"""Brings the tables of a database to the form that this program needs."""

from __future__ import annotations

from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def script() -> ScriptDirectory:
    """The packaged migrations."""
    config = Config()
    config.set_main_option("script_location", "outreach.store:migrations")
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the connection's transaction."""
    directory = script()

    def steps(revision: Any, context: MigrationContext) -> list[RevisionStep]:  # noqa: ARG001 - the signature is Alembic's
        return directory._upgrade_revs("head", revision)  # noqa: SLF001 - as `alembic.command.upgrade` does

    with EnvironmentContext(Config(), directory, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
