"""Builds what exports people's data, and forgets people."""

from bot.adapters.web.exports import ExportDownloads, export_routes
from bot.app.chat_platforms import WebExtension
from bot.app.foundation import Foundation
from bot.app.services import FeatureServices
from bot.pipeline.forgetting import Forgetting
from bot.pipeline.privacy_chores import PrivacyChores
from bot.services.data_requests import DataRequests
from bot.services.export_links import ExportLinks
from bot.services.exports import Exports
from bot.services.input_store import InputStore
from storage.sql.codes import SqlCodes
from storage.sql.personal_records import SqlPersonalRecords
from storage.sql.privacy_requests import SqlPrivacyRequests
from storage.sql.sent_messages import SqlSentMessages
from storage.sql.templates import SqlTemplates


def build_data_requests(services: FeatureServices) -> DataRequests:
    """Build what takes requests in."""
    base = services.base
    return DataRequests(
        quotas=services.quotas,
        requests=SqlPrivacyRequests(base.database),
        rate_limiter=base.shared.rate_limiter,
        clock=base.clock,
        ids=base.ids,
    )


def build_export_links(base: Foundation) -> ExportLinks:
    """Build the links to exports."""
    codes = SqlCodes(base.database, base.clock)
    return ExportLinks(SqlPrivacyRequests(base.database), codes, base.clock, base.ids, base_url=base.settings.web.links_base)


def build_privacy_chores(services: FeatureServices) -> PrivacyChores:
    """Build what carries requests on."""
    base = services.base
    requests, exports = SqlPrivacyRequests(base.database), _build_exports(base)
    forgetting = Forgetting(
        requests=requests,
        records=SqlPersonalRecords(base.database, base.clock, base.ids),
        jobs=base.records.jobs,
        studio=services.studio,
        gallery=services.pictures.gallery,
        pictures=base.records.pictures,
        inputs=InputStore(base.records.inputs, base.objects, base.clock),
        objects=base.objects,
        sent=SqlSentMessages(base.database, base.clock),
        exports=exports,
        surfaces=services.surfaces,
        clock=base.clock,
        settled_after=base.settings.worker.lease,
    )
    return PrivacyChores(
        requests=requests,
        exports=exports,
        links=build_export_links(base),
        forgetting=forgetting,
        surfaces=services.surfaces,
        clock=base.clock,
    )


def build_downloads(base: Foundation) -> WebExtension:
    """Build the routes by which exports are fetched."""
    downloads = ExportDownloads(redeem=build_export_links(base).redeem, read=_build_exports(base).read)
    return WebExtension(routes=(export_routes(downloads),))


def _build_exports(base: Foundation) -> Exports:
    return Exports(
        requests=SqlPrivacyRequests(base.database),
        records=SqlPersonalRecords(base.database, base.clock, base.ids),
        pictures=base.records.pictures,
        inputs=base.records.inputs,
        templates=SqlTemplates(base.database),
        objects=base.objects,
        clock=base.clock,
    )
