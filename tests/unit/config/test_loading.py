"""Do settings come from where they should, in the right order, and as the right kind?"""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.config import Settings, find_config_file, load
from bot.config.field_types import parse_duration
from bot.domain.images import Quality, Size
from bot.domain.people import GUEST, PREMIUM, REGISTERED, Platform
from bot.errors import ConfigError


def write(file: Path, text: str) -> Path:
    """Write a settings file and give it back."""
    file.write_text(text)
    return file


def test_nothing_set_gives_the_defaults() -> None:
    """A newcomer has neither file nor variables."""
    assert load(environ={}) == Settings()


def test_every_list_can_be_a_variable() -> None:
    """Whatever it is a list of; and a list of one needs no comma."""
    model = {"SIZES": "1024x1024, 1536x1024", "QUALITIES": "low,high"}
    settings = load(
        environ={
            "EASEL_OWNERS": "web:a,web:b",
            "EASEL_DISCORD__SHARD_COUNT": "4",
            "EASEL_DISCORD__SHARD_IDS": "0, 2",
            "EASEL_DISCORD__SPOILER_GUILDS": "1",
            "EASEL_OPENAI__LEAVE_OUT": "n,size",
            **{f"EASEL_MODELS__MINE__{name}": value for name, value in model.items()},
        }
    )
    assert settings.owners == ("web:a", "web:b")
    assert settings.discord.shard_ids == (0, 2)
    assert settings.discord.spoiler_guilds == ("1",)
    assert settings.openai.leave_out == ("n", "size")
    assert settings.models["mine"].sizes == (Size(1024, 1024), Size(1536, 1024))
    assert settings.models["mine"].qualities == (Quality.LOW, Quality.HIGH)
    only_one = {"EASEL_DISCORD__SHARD_COUNT": "2", "EASEL_DISCORD__SHARD_IDS": "1"}
    assert load(environ=only_one).discord.shard_ids == (1,)


def test_settings_made_by_hand_do_not_look_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only `load` reads it."""
    monkeypatch.setenv("EASEL_WEB__PORT", "1")
    monkeypatch.setenv("WEB", "{}")
    assert Settings().web.port == 8420


def test_each_place_goes_before_the_weaker_ones(tmp_path: Path) -> None:
    """Defaults, file, secret files, known names, full names."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    file = write(tmp_path / "c.toml", '[openai]\napi_key = "from-file"\nbase_url = "http://file"\n[web]\nport = 1\n')
    environ: dict[str, str] = {}

    def key() -> str:
        return load(file, environ=environ).openai.api_key.get_secret_value()

    assert key() == "from-file"
    environ["EASEL_SECRETS_DIR"] = str(secrets)
    (secrets / "openai__api_key").write_text("from-secret-file\n")
    assert key() == "from-secret-file"
    environ["OPENAI_API_KEY"] = "from-known-name"
    assert key() == "from-known-name"
    environ["EASEL_OPENAI__API_KEY"] = "from-full-name"
    assert key() == "from-full-name"
    assert load(file, environ=environ).openai.base_url == "http://file"
    assert load(file, environ=environ).web.port == 1


@pytest.mark.parametrize(
    ("known", "section", "settings"),
    [
        ({"OPENAI_API_KEY": "abc"}, "openai", ("api_key",)),
        ({"DISCORD_TOKEN": "abc"}, "discord", ("token",)),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, "slack", ("bot_token", "app_token")),
        ({"SLACK_SIGNING_SECRET": "abc"}, "slack", ("signing_secret",)),
    ],
)
def test_names_that_people_know_work_as_variables_and_as_secret_files(
    tmp_path: Path, known: dict[str, str], section: str, settings: tuple[str, ...]
) -> None:
    """Their machines have them already, in either form."""
    for name, value in known.items():
        (tmp_path / name.lower()).write_text(f"{value}\n")
    for environ in (known, {"EASEL_SECRETS_DIR": str(tmp_path)}):
        loaded = getattr(load(environ=environ), section)
        assert [getattr(loaded, setting).get_secret_value() for setting in settings] == list(known.values())


def test_a_known_name_that_is_empty_is_not_set(tmp_path: Path) -> None:
    """Compose files pass variables on whether they are set or not."""
    file = write(tmp_path / "c.toml", '[openai]\napi_key = "k"\n')
    assert load(file, environ={"OPENAI_API_KEY": "", "OPENAI_BASE_URL": " "}).openai.api_key.get_secret_value() == "k"


def test_hidden_secret_files_are_left_alone(tmp_path: Path) -> None:
    """Kubernetes keeps its own there."""
    (tmp_path / "..data").mkdir()
    (tmp_path / ".keep").write_text("")
    assert load(environ={"EASEL_SECRETS_DIR": str(tmp_path)}) == Settings()


def test_secrets_are_not_shown() -> None:
    """Neither in a log nor in a traceback."""
    settings = load(environ={"OPENAI_API_KEY": "sk-hidden", "SLACK_SIGNING_SECRET": "hidden"})
    assert "hidden" not in f"{settings!r} {settings} {settings.openai!r}"


def test_config_toml_in_the_working_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without anybody naming it."""
    monkeypatch.chdir(tmp_path)
    assert find_config_file(environ={}) is None
    write(tmp_path / "config.toml", "[web]\nport = 1\n")
    assert load(environ={}).web.port == 1


def test_a_named_file_goes_before_the_usual_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--config` before EASEL_CONFIG before config.toml."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "config.toml", "[web]\nport = 1\n")
    two, three = write(tmp_path / "2.toml", "[web]\nport = 2\n"), write(tmp_path / "3.toml", "[web]\nport = 3\n")
    assert load(environ={"EASEL_CONFIG": str(two)}).web.port == 2
    assert load(three, environ={"EASEL_CONFIG": str(two)}).web.port == 3
    assert load(environ={"EASEL_CONFIG": ""}).web.port == 1


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    """Some editors write one."""
    file = tmp_path / "c.toml"
    file.write_bytes(b"\xef\xbb\xbf[web]\nport = 1\n")
    assert load(file, environ={}).web.port == 1


@pytest.mark.parametrize("empty", ["", " ", "\r\n"])
def test_an_empty_variable_is_not_set(empty: str) -> None:
    """Compose files pass on what nobody set."""
    assert load(environ={"EASEL_WEB__PORT": empty, "OPENAI_API_KEY": empty}) == load(environ={})


@pytest.mark.parametrize("typed", ['"sk-key"', "'sk-key'", "sk-key\r", ' "sk-key" \r\n', "\ufeffsk-key"])
def test_a_key_is_read_without_what_was_copied_with_it(typed: str, tmp_path: Path) -> None:
    """One pair of quotes, the end of a line from Windows, a mark at its beginning; in a variable, a secret file, the settings."""
    (tmp_path / "openai__api_key").write_text(typed, encoding="utf-8")
    for environ in ({"OPENAI_API_KEY": typed}, {"EASEL_OPENAI__API_KEY": typed}, {"EASEL_SECRETS_DIR": str(tmp_path)}):
        assert load(environ=environ).openai.api_key.get_secret_value() == "sk-key"


def test_the_environment_can_hold_lists_tables_and_truth() -> None:
    """As far as a text can."""
    settings = load(
        environ={
            "EASEL_WEB__ALLOWED_HOSTS": "Easel.local, 10.0.0.1",
            "EASEL_QUOTAS__TIERS__GOLD": "500",
            "EASEL_OBJECTS__PATH_STYLE": "true",
            "EASEL_DRAWING__PROVIDERS": "",
            "EASEL_REWRITING__MODEL": '""',
            "EASEL_TEST_REQUIRE_SERVICES": "1",
        }
    )
    assert settings.web.allowed_hosts == ("easel.local", "10.0.0.1")
    assert settings.quotas.tiers["gold"] == 500
    assert settings.objects.path_style
    assert settings.drawing.providers == ()
    assert settings.rewriting.model == ""


def test_naming_one_entry_of_a_table_keeps_the_others(tmp_path: Path) -> None:
    """Whoever changes the guests' limit does not mean to lose the tiers."""
    file = write(tmp_path / "c.toml", "[quotas.tiers]\nguest = 1\n[worker.slots]\nguest = 1\n")
    settings = load(file, environ={})
    assert settings.quotas.limits == {GUEST: 1, REGISTERED: 20, PREMIUM: 200}
    assert settings.worker.slots_by_tier == {GUEST: 1, REGISTERED: 4, PREMIUM: 4}


def test_nobody_changes_settings_once_they_are_read() -> None:
    """What was checked is what is used."""
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.log_level = "debug"
    with pytest.raises(ValidationError):
        settings.web.port = 1


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("90s", 90),
        ("3m", 180),
        ("1h", 3600),
        ("1h30m", 5400),
        (" 1h 30m ", 5400),
        ("0.5s", 0.5),
        ("500ms", 0.5),
        ("2d", 172800),
        ("PT3M", 180),
        ("P1D", 86400),
        ("0s", 0),
    ],
)
def test_durations_are_read_as_people_write_them(typed: str, seconds: float) -> None:
    """And in the ISO form."""
    assert parse_duration(typed) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "typed", ["", "90", "s", "3 minutes", "-3m", "1h30", "1m x", "PT", "P", "99999999999s", 90, 1.5, True, None]
)
def test_what_is_no_duration_is_not_guessed_at(typed: object) -> None:
    """A number without a unit is seconds to one and minutes to another."""
    with pytest.raises(ValueError, match="must be a duration"):
        parse_duration(typed)


def test_back_ends_live_in_the_data_folder_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their places do not change when the process changes its folder later."""
    monkeypatch.chdir(tmp_path)
    settings = load(environ={"EASEL_DATA_DIR": "here"})
    assert settings.home == tmp_path / "here"
    assert settings.records_url == f"sqlite+aiosqlite:///{tmp_path}/here/easel.db"
    assert settings.objects_url == f"file:{tmp_path}/here/pictures"
    assert settings.pictures_folder == tmp_path / "here" / "pictures"


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("file:/srv/p", Path("/srv/p")),
        ("file:///srv/p", Path("/srv/p")),
        ("file:p", Path.cwd() / "p"),
        ("s3://bucket/easel", None),
    ],
)
def test_the_folder_of_the_pictures_is_read_from_the_address(url: str, folder: Path | None) -> None:
    """And there is none when they are elsewhere."""
    assert load(environ={"EASEL_OBJECTS__URL": url}).pictures_folder == folder


@pytest.mark.parametrize(
    ("environ", "base"),
    [
        ({}, "http://127.0.0.1:8420"),
        ({"EASEL_WEB__HOST": "0.0.0.0", "EASEL_WEB__PORT": "80"}, "http://127.0.0.1:80"),  # noqa: S104 - not bound
        ({"EASEL_WEB__HOST": "::1"}, "http://[::1]:8420"),
        ({"EASEL_WEB__HOST": "[::]"}, "http://[::1]:8420"),
        ({"EASEL_WEB__PUBLIC_URL": "https://easel.example.org/art/"}, "https://easel.example.org/art"),
    ],
)
def test_links_begin_with_an_address_that_can_be_opened(environ: dict[str, str], base: str) -> None:
    """Without a slash at its end."""
    assert load(environ=environ).web.links_base == base


def test_who_draws_follows_from_the_key_unless_somebody_says_otherwise() -> None:
    """A newcomer without a key still gets a picture."""
    key = {"OPENAI_API_KEY": "k"}
    assert load(environ={}).drawing_order == ("offline",)
    assert load(environ=key).drawing_order == ("openai",)
    assert load(environ={**key, "EASEL_DRAWING__PROVIDERS": "offline,openai"}).drawing_order == ("offline", "openai")


def test_budgets_and_tiers_are_given_as_the_domain_has_them() -> None:
    """So that nobody else has to know their names in the file."""
    settings = load(environ={"EASEL_DRAWING__TIMEOUTS__HIGH": "10m"})
    assert settings.drawing.timeout_by_quality[Quality.HIGH] == timedelta(minutes=10)
    assert settings.quotas.first_tier_of(Platform("terminal")) == PREMIUM
    assert settings.quotas.first_tier_of(Platform("discord")) == GUEST
    assert settings.quotas.zone.key == "UTC"


@pytest.mark.parametrize(
    ("text", "environ", "sentence"),
    [
        (
            "[drawing.budgets]\nhigh = '10m'\n",
            {},
            "[drawing.budgets] high in {file} is an old name: write [drawing.timeouts] high.",
        ),
        (
            "[drawing.timeouts]\nhigh = '9m'\n",
            {"EASEL_DRAWING__BUDGETS__HIGH": "10m"},
            "EASEL_DRAWING__BUDGETS__HIGH is an old name: write EASEL_DRAWING__TIMEOUTS__HIGH.",
        ),
    ],
)
def test_an_old_name_is_taken_and_told(tmp_path: Path, text: str, environ: dict[str, str], sentence: str) -> None:
    """Who updates easel starts it with the settings of yesterday."""
    file = write(tmp_path / "c.toml", text)
    settings = load(file, environ=environ)
    assert settings.drawing.timeout_by_quality[Quality.HIGH] == timedelta(minutes=10)
    assert settings.outdated == (sentence.format(file=file),)


def test_the_new_name_goes_before_the_old_one_beside_it(tmp_path: Path) -> None:
    """What the old one says besides still counts."""
    file = write(tmp_path / "c.toml", "[drawing]\nbudgets = {low = '1m', high = '10m'}\ntimeouts = {high = '9m'}\n")
    timeouts = load(file, environ={}).drawing.timeouts
    assert (timeouts.low, timeouts.high) == (timedelta(minutes=1), timedelta(minutes=9))


def test_a_mistake_under_an_old_name_is_told_by_that_name() -> None:
    """Who looks for it in the environment finds it."""
    with pytest.raises(ConfigError, match=r"^EASEL_DRAWING__BUDGETS__HIGH must be a duration"):
        load(environ={"EASEL_DRAWING__BUDGETS__HIGH": "1s"})
