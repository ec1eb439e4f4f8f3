"""Builds what accepts batches, and what shows them."""

from collections.abc import Mapping

from bot.app.foundation import Foundation
from bot.domain.people import Platform
from bot.pipeline.batch_messages import BatchMessages
from bot.ports.surfaces import Surface
from bot.services.contact_sheets import ContactSheets
from bot.services.gallery import Gallery
from bot.services.picture_links import PictureLinks
from bot.services.thumbnails import Thumbnails
from storage.sql.batches import SqlBatches


def build_batch_messages(
    base: Foundation, *, gallery: Gallery, links: PictureLinks, surfaces: Mapping[Platform, Surface]
) -> BatchMessages:
    """Build what keeps the messages of batches."""
    records = base.records
    return BatchMessages(
        batches=SqlBatches(base.database),
        jobs=records.jobs,
        gallery=gallery,
        sheets=ContactSheets(Thumbnails(records.pictures, base.objects, base.copy_signer), base.objects),
        links=links,
        sent_messages=records.sent_messages,
        surfaces=surfaces,
        locks=base.shared.locks,
        clock=base.clock,
    )
