"""A surface that waits for hardly anything, for a fake that is quicker than the platform."""

from bot.adapters.slack.message_editor import SurfaceTimings
from bot.adapters.slack.uploads import UploadTimings

BRIEF = SurfaceTimings(UploadTimings(first=0.02, longest=0.05, total=2.0, share=0.2), settling=(0.0, 0.01), repeat_after=0.1)
