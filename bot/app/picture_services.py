"""Builds what finds pictures, and what shows them in messages."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.adapters.discord import DISCORD
from bot.adapters.discord import message_links as discord_links
from bot.adapters.slack import SLACK
from bot.adapters.slack import message_links as slack_links
from bot.app.batches import build_batch_messages
from bot.app.foundation import Foundation
from bot.app.stores import public_store_url
from bot.domain.people import Platform
from bot.pipeline.batch_messages import BatchMessages
from bot.pipeline.delivery import Delivery
from bot.pipeline.job_posts import JobPosts
from bot.pipeline.picture_copies import PictureCopies
from bot.ports.surfaces import Surface
from bot.services.gallery import Gallery
from bot.services.lineage import Lineage
from bot.services.picture_links import PictureLinks
from bot.services.picture_lookup import PictureLookup
from bot.services.quotas import Quotas
from storage.sql.shares import SqlShares

_MESSAGE_LINKS = {DISCORD: discord_links.parse_message_link, SLACK: slack_links.parse_message_link}


@dataclass(frozen=True, slots=True)
class PictureServices:
    """What finds pictures, and what shows them."""

    gallery: Gallery
    links: PictureLinks
    lookup: PictureLookup
    lineage: Lineage
    copies: PictureCopies
    delivery: Delivery
    batch_messages: BatchMessages


def build_picture_services(
    base: Foundation, quotas: Quotas, surfaces: Mapping[Platform, Surface], cases_changed: asyncio.Event
) -> PictureServices:
    """Build them. `cases_changed` is set where a case may be about a picture that was deleted or brought back."""
    web, gallery_settings, records = base.settings.web, base.settings.gallery, base.records
    links = PictureLinks(web.links_base, public_url=web.reachable_url, store_url=public_store_url(base.settings))
    gallery = Gallery(
        records.pictures, records.removals, base.objects, base.clock, gallery_settings.undo, cases_changed=cases_changed
    )
    lineage = Lineage(jobs=records.jobs, pictures=records.pictures, inputs=records.inputs)
    batch_messages = build_batch_messages(base, gallery=gallery, links=links, surfaces=surfaces)
    job_posts = JobPosts(
        jobs=records.jobs,
        quotas=quotas,
        gallery=gallery,
        links=links,
        lineage=lineage,
        shows_cost=gallery_settings.show_cost,
    )
    copies = PictureCopies(
        jobs=records.jobs,
        job_posts=job_posts,
        gallery=gallery,
        sent_messages=records.sent_messages,
        surfaces=surfaces,
        batches=batch_messages,
    )
    return PictureServices(
        gallery=gallery,
        links=links,
        lookup=PictureLookup(
            records.jobs, records.pictures, records.sent_messages, _MESSAGE_LINKS, shares=SqlShares(base.database)
        ),
        lineage=lineage,
        copies=copies,
        delivery=Delivery(
            jobs=records.jobs, job_posts=job_posts, copies=copies, surfaces=surfaces, batches=batch_messages, clock=base.clock
        ),
        batch_messages=batch_messages,
    )
