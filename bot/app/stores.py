"""Where records and pictures are kept, as the settings choose it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.config import Settings
from bot.ports.objects import ObjectStore
from storage.objects.disk import DiskObjects
from storage.objects.s3_address import S3Address
from storage.sql.database import Database, open_database
from storage.sql.postgres import PostgresOptions


@asynccontextmanager
async def open_records(settings: Settings) -> AsyncIterator[Database]:
    """Open the database that the settings name; its tables are as they are.

    Raises:
        ConfigError: Its package is not installed.
        StorageFailed: It cannot be opened.
    """
    chosen = settings.records
    options = PostgresOptions(chosen.pool_size, chosen.statement_timeout, chosen.prepared_statements)
    async with open_database(settings.records_url, options) as database:
        yield database


@asynccontextmanager
async def open_objects(settings: Settings) -> AsyncIterator[ObjectStore]:
    """Open the store that the settings name.

    Raises:
        ConfigError: Its address makes no sense, or its package is not installed.
    """
    if settings.pictures_folder is not None:
        yield DiskObjects(settings.pictures_folder)
        return
    from storage.objects.s3 import S3Objects

    async with S3Objects(_s3_address(settings)) as store:
        yield store


def public_store_url(settings: Settings) -> str:
    """Return what the addresses of keys begin with where everybody can fetch them from the store itself; else nothing.

    Raises:
        ConfigError: The store's address makes no sense.
    """
    if settings.pictures_folder is not None:
        return ""
    return _s3_address(settings).public_base or ""


def _s3_address(settings: Settings) -> S3Address:
    options = settings.objects
    return S3Address.parse(
        settings.objects_url,
        region=options.region or "us-east-1",
        endpoint_url=options.endpoint_url,
        path_style=options.path_style,
        public_url=options.public_url,
        redirects=options.redirect,
        access_key=options.access_key.get_secret_value(),
        secret_key=options.secret_key.get_secret_value(),
    )


def open_spool(settings: Settings) -> ObjectStore | None:
    """Return the folder where pictures wait for a store that is elsewhere; none is needed where the store is a disk."""
    return None if settings.pictures_folder is not None else DiskObjects(settings.home / "spool")
