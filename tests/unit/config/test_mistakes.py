"""Does every mistake in the settings get one sentence that names the setting and the mend, and never a secret?"""

from pathlib import Path

import pytest

from bot.config import KINDS, load
from bot.errors import ConfigError
from bot.text import join_words

SECRET = "sk-verysecret-0123456789"

KINDS_LISTED = join_words(list(KINDS))
SERVICES_LISTED = join_words([kind for kind in KINDS if kind != "offline"], "and")
RECORDS_ARE_SO = (
    "[records] url in FILE must be sqlite+aiosqlite:/// and the path of a file, "
    "or postgresql://user:password@host/database, or empty."
)
WRITE_SIGNS_SO = (
    "[records] url in FILE must be postgresql://user:password@host/database, where signs in the password are written as "
    "%40 for @, %3A for :, %2F for /, %23 for # and %25 for %."
)
NO_CHANNEL_BINDING = (
    "[records] url in FILE may have sslmode, sslrootcert, target_session_attrs and the like behind its question mark, "
    "but not channel_binding; take that out."
)

IN_THE_FILE = [
    ("[web]\nprot = 1", "[web] prot in FILE is not a setting. Did you mean port?"),
    ("port = 1", "port in FILE is not a setting. Did you mean [web] port?"),
    ("colour = 1", "colour in FILE is not a setting: take it out, or look in config.example.toml for its right name."),
    ("[wbe]\nport = 1", "wbe in FILE is not a setting. Did you mean web?"),
    ('[web]\nport = "x"', "[web] port in FILE must be a whole number."),
    ("[web]\nport = 99999", "[web] port in FILE must be at most 65535."),
    ("[web]\nport = -1", "[web] port in FILE must be at least 0."),
    (
        "web = 3",
        "web in FILE is a section, not a single setting: set what is in it one by one, such as [web] host (EASEL_WEB__HOST).",
    ),
    (
        "models = 3",
        "models in FILE is a section, not a single setting: set what is in it one by one, as config.example.toml shows.",
    ),
    (
        '[web]\nhost = "http://x"',
        "[web] host in FILE must be a host name or an IP address without http:// or port, such as 127.0.0.1.",
    ),
    (
        '[web]\nallowed_hosts = ["a b"]',
        "[web] allowed_hosts in FILE must be a host name or an IP address without http:// or port, such as 127.0.0.1.",
    ),
    (
        '[web]\npublic_url = "ftp://x"',
        "[web] public_url in FILE must be an address that begins with http:// or https://, such as https://easel.example.org.",
    ),
    (
        '[web]\npublic_url = "https://x:port/"',
        "[web] public_url in FILE must be an address that begins with http:// or https://, such as https://easel.example.org.",
    ),
    ('data_dir = " "', "data_dir in FILE must be the path of a folder, without a question mark in it."),
    ("data_dir = 3", "data_dir in FILE must be a text in quotes."),
    ('log_level = "loud"', "log_level in FILE must be debug, info, warning or error."),
    ('log_format = "xml"', "log_format in FILE must be auto, console or json."),
    *(
        (
            f'[records]\nurl = "{url}"',
            RECORDS_ARE_SO,
        )
        for url in ("easel.db", "sqlite+aiosqlite:///:memory:", "mysql://me@host/easel")
    ),
    *(
        (
            f'[records]\nurl = "postgresql://me:{password}@host/easel"',
            WRITE_SIGNS_SO,
        )
        for password in ("pass@word", "pass/word", "12/34", "pass#word", "pass word", "pass?word")
    ),
    *(
        (
            f'[records]\nurl = "{url}"',
            "[records] url in FILE must name a host and a database: postgresql://user:password@host/database.",
        )
        for url in ("postgresql://me:secret@host", "postgres:///easel", "postgresql+asyncpg://")
    ),
    (
        '[records]\nurl = "postgresql://me:secret@host/easel?sslmode=require&channel_binding=require"',
        NO_CHANNEL_BINDING,
    ),
    (
        '[objects]\nurl = "s3:/bucket"',
        "[objects] url in FILE must be file: and a folder, or s3:// with a bucket and perhaps a prefix, such as s3://bucket/easel.",
    ),
    ('[objects]\naccess_key = "a"', "[objects] access_key and secret_key belong together: set both, or neither."),
    ('[objects]\npath_style = "perhaps"', "[objects] path_style in FILE must be true or false."),
    (
        '[quotas]\ntime_zone = "Europe/Berln"',
        (
            "[quotas] time_zone in FILE must be a time zone such as UTC or Europe/Berlin, not “Europe/Berln”. "
            "Did you mean Europe/Berlin?"
        ),
    ),
    (
        '[quotas]\ntime_zone = "../../etc/passwd"',
        "[quotas] time_zone in FILE must be a time zone such as UTC or Europe/Berlin, not “../../etc/passwd”.",
    ),
    ("[quotas.tiers]\nguest = -1", "[quotas.tiers] guest in FILE must be at least 0."),
    ("[quotas.tiers]\nGold = 5", "[quotas.tiers] Gold in FILE must be named in small letters, digits, - and _."),
    (
        '[quotas.purchases]\n"123" = "premum"',
        "[quotas.purchases] “123” can be guest, registered or premium, not “premum”. Did you mean premium?",
    ),
    (
        '[quotas.communities]\nfriends = ["discord:1"]',
        "[quotas.communities] needs [quotas] parts_tenants = true: else all servers are one community anyway.",
    ),
    (
        '[quotas]\nparts_tenants = true\n[quotas.communities]\nfriends = ["T0123"]',
        (
            "[quotas.communities] friends takes servers and workspaces such as discord:123456789012345678 "
            "or slack:T0123ABCD, not “T0123”."
        ),
    ),
    (
        '[quotas]\nparts_tenants = true\n[quotas.communities]\nfriends = ["discord:1"]\nfoes = ["discord:1"]',
        "[quotas.communities] names “discord:1” twice: it can be in one community only.",
    ),
    ("[quotas.weights]\nhigh = 0", "[quotas.weights] high in FILE must be at least 1."),
    ("[budget]\nday = -1", "[budget] day in FILE must be at least 0."),
    ("[bursts]\nwishes = 0", "[bursts] wishes in FILE must be at least 1."),
    ('[bursts]\nwithin = "5"', "[bursts] within in FILE must be a duration with its unit, such as 90s, 3m or 1h30m."),
    (
        '[quotas.first_tier]\nweb = "registerd"',
        "[quotas.first_tier] web can be guest, registered or premium, not “registerd”. Did you mean registered?",
    ),
    (
        '[quotas.first_tier]\ndiscrod = "guest"',
        "[quotas.first_tier] “discrod” is not one of the platforms: web, terminal, discord or slack. Did you mean discord?",
    ),
    (
        "[worker.slots]\ngest = 1",
        "[worker.slots] “gest” is not one of the tiers of [quotas.tiers]: guest, registered or premium. Did you mean guest?",
    ),
    *(
        (
            f'[engine]\nurl = "{url}"',
            (
                "[engine] url in FILE must begin with redis://, rediss://, amqp://, amqps:// or kafka://, and name a host, "
                "such as redis://:password@redis.example.org:6379/0."
            ),
        )
        for url in (
            "redis://",
            f"http://:{SECRET}@host",
            f"redis://:{SECRET}@host:0",
            f"redis://:{SECRET}@host/jobs",
            "host:6379",
            f"amqp://:{SECRET}@host:0",
            "amqps:///",
            "kafka://",
            f"kafka://:{SECRET}@host:9092",
            "kafka://one:9092,,two:9092",
        )
    ),
    ('[engine]\nprefix = "a*"', "[engine] prefix in FILE must be named in small letters, digits, - and _."),
    ("[worker.slots]\nguest = 0", "[worker.slots] guest in FILE must be at least 1."),
    ('[worker]\ndrain = "20"', "[worker] drain in FILE must be a duration with its unit, such as 90s, 3m or 1h30m."),
    ("[worker]\ndrain = 20", "[worker] drain in FILE must be a duration with its unit, such as 90s, 3m or 1h30m."),
    ('[worker]\nlease = "PTX"', "[worker] lease in FILE must be a duration such as 90s, 3m, 1h30m or PT3M."),
    ('[worker]\nlease = "500ms"', "[worker] lease in FILE must be a duration from 1s to 1h."),
    ('[drawing]\nproviders = ["opnai"]', "[drawing] providers can be openai or offline, not “opnai”. Did you mean openai?"),
    ('[drawing]\nproviders = ["offline", "offline"]', "[drawing] providers names one twice: keep the first."),
    (
        '[drawing]\nproviders = ["openai"]',
        (
            "[drawing] providers names openai but there is no key: set OPENAI_API_KEY, or [openai] api_key "
            "(for a gateway that asks for none, any word will do)."
        ),
    ),
    (
        '[drawing]\nproviders = ["flx"]\n[providers.flux]\nkind = "offline"',
        "[drawing] providers can be openai, offline or flux, not “flx”. Did you mean flux?",
    ),
    (
        '[providers.flux]\nkind = "ofline"',
        f"[providers.flux] kind can be {KINDS_LISTED}, not “ofline”. Did you mean offline?",
    ),
    ("[providers.flux]\nweight = 2", f"[providers.flux] kind is missing: set it to {KINDS_LISTED}."),
    (
        "[providers]\nflux = 3",
        (
            "[providers] flux in FILE is a section, not a single setting: set what is in it one by one, "
            "as config.example.toml shows."
        ),
    ),
    ('[providers.Flux]\nkind = "offline"', "[providers] Flux in FILE must be named in small letters, digits, - and _."),
    ('[providers.openai]\nkind = "offline"', "[providers.openai] needs another name: [openai] is that one already."),
    (
        '[providers.rewriter]\nkind = "offline"',
        "[providers.rewriter] needs another name: the model that writes prompts is called so.",
    ),
    (
        '[providers.flux]\nkind = "offline"\ntiers = ["premum"]',
        "[providers.flux] tiers can be guest, registered or premium, not “premum”. Did you mean premium?",
    ),
    ('[providers.flux]\nkind = "offline"\nwieght = 2', "[providers.flux] wieght in FILE is not a setting. Did you mean weight?"),
    ('[providers.flux]\nkind = "offline"\nweight = 0', "[providers.flux] weight in FILE must be at least 1."),
    (
        '[providers.flux]\nkind = "offline"\nmodel = "x"',
        f"[providers.flux] model in FILE is not a setting of kind offline, only of {SERVICES_LISTED}: take it out.",
    ),
    (
        '[providers.flux]\nkind = "bfl"\nendpoint = "x"',
        "[providers.flux] endpoint in FILE is not a setting of kind bfl, only of runpod: take it out.",
    ),
    ('[providers.flux]\nkind = "bfl"\nmodle = "x"', "[providers.flux] modle in FILE is not a setting. Did you mean model?"),
    (
        '[providers.flux]\nkind = "openai"',
        (
            "[providers.flux] api_key is missing: set it, or EASEL_PROVIDERS__FLUX__API_KEY "
            "(for a gateway that asks for none, any word will do)."
        ),
    ),
    (
        '[providers.flux]\nkind = "openai"\napi_key = "a\\nb"',
        (
            "[providers.flux] api_key in FILE must be one word of plain letters, digits and signs; "
            "it was probably not copied whole."
        ),
    ),
    (
        '[providers.flux]\nkind = "bfl"\napi_keys = []',
        "[providers.flux] api_keys in FILE must name a key in each of its entries, and at least one; without any, take it out.",
    ),
    (
        '[providers.flux]\nkind = "bfl"\napi_keys = ["k", " "]',
        "[providers.flux] api_keys in FILE must name a key in each of its entries, and at least one; without any, take it out.",
    ),
    (
        '[providers.flux]\nkind = "bfl"\napi_keys = ["k", "other", "k"]',
        "[providers.flux] api_keys in FILE names one key twice: take one of the two out.",
    ),
    (
        '[providers.flux]\nkind = "bfl"\napi_keys = ["k", "a\\nb"]',
        (
            "[providers.flux] api_keys in FILE must be one word of plain letters, digits and signs; "
            "it was probably not copied whole."
        ),
    ),
    (
        '[providers.flux]\nkind = "bfl"\napi_key = "k"\napi_keys = ["other"]',
        "[providers.flux] api_key and api_keys are both set: put all keys into api_keys, or take it out.",
    ),
    (
        '[providers.flux]\nkind = "bfl"\napi_keys = 3',
        '[providers.flux] api_keys in FILE must be a list, such as ["one", "another"].',
    ),
    (
        '[providers.flux]\nkind = "openai"\napi_key = "k"\nprice = { text_in = -1, image_in = 1, out = 1 }',
        "[providers.flux.price] text_in in FILE must be at least 0.",
    ),
    (
        '[providers.flux]\nkind = "openai"\napi_key = "k"\nprice = { text_in = 1 }',
        "[providers.flux] price in FILE needs text_in, image_in and out together.",
    ),
    (
        '[providers.flux]\nkind = "openai"\napi_key = "k"\nprice = { picture = 1 }',
        "[providers] flux in FILE needs a price by tokens: text_in, image_in and out.",
    ),
    (
        '[providers.flux]\nkind = "openai"\napi_key = "k"\nprice = { text_in = 1, image_in = 1, out = 1, second = 1 }',
        "[providers.flux] price in FILE is by tokens (text_in, image_in, out) or by picture, megapixel and second, not both.",
    ),
    (
        '[providers.flux]\nkind = "comfyui"\nprice = { second = -1 }',
        "[providers.flux.price] second in FILE must be at least 0.",
    ),
    (
        '[providers.flux]\nkind = "comfyui"\nprice = { picture = 1 }',
        "[providers] flux in FILE needs a price by second, or none.",
    ),
    (
        '[providers.flux]\nkind = "replicate"\nmodel = "flux-2-pro"',
        "[providers.flux] model in FILE must be OWNER/NAME, as in black-forest-labs/flux-2-pro.",
    ),
    (
        '[providers.flux]\nkind = "replicate"\nprice = { text_in = 1, image_in = 1, out = 1 }',
        "[providers] flux in FILE needs a price by picture and megapixel, or by second.",
    ),
    (
        '[providers.flux]\nkind = "runpod"\nendpoint = "a/b"\ninput = "x"',
        "[providers.flux] endpoint in FILE must be the id alone, as in the address of its page.",
    ),
    (
        '[providers.flux]\nkind = "runpod"\ninput = "x"',
        "[providers.flux] endpoint is missing: add it, or take its section out.",
    ),
    (
        '[providers.flux]\nkind = "runpod"\nendpoint = "a"\ninput = "x"\nprice = { picture = 1 }',
        "[providers] flux in FILE needs a price by second, or none.",
    ),
    (
        '[providers.own]\nkind = "compatible"\nbase_url = "http://h/v1"',
        "[providers.own] model is missing: add it, or take its section out.",
    ),
    (
        '[providers.own]\nkind = "compatible"\nmodel = "m"\nbase_url = "http://h/v1"\nextra_body = { prompt = "x" }',
        "[providers.own] extra_body in FILE may not hold prompt, which easel sends itself.",
    ),
    (
        '[providers.own]\nkind = "compatible"\nmodel = "m"\nbase_url = "http://h/v1"\nprice = { second = 1 }',
        "[providers] own in FILE needs a price by tokens, or by picture and megapixel.",
    ),
    (
        '[providers.own]\nkind = "compatible"\nmodel = "m"\nbase_url = "http://h/v1"\ntakes_mask = true',
        "[providers] own in FILE has takes_mask without most_inputs: say how many pictures the model takes to begin with.",
    ),
    (
        '[providers.flux]\nkind = "offline"\ntimeouts = { low = "2" }',
        "[providers.flux.timeouts] low in FILE must be a duration with its unit, such as 90s, 3m or 1h30m.",
    ),
    ("[drawing]\nproviders = 3", '[drawing] providers in FILE must be a list, such as ["one", "another"].'),
    ('[drawing]\nwhen_unknown = "guess"', "[drawing] when_unknown in FILE must be ask or retry."),
    ("[drawing]\npreviews = 4", "[drawing] previews in FILE must be at most 3."),
    ('[openai]\nimage_model = ""', "[openai] image_model in FILE must not be empty."),
    ('[openai]\nresponse_format = "png"', "[openai] response_format in FILE must be empty, b64_json or url."),
    ('[guard]\nblocked = ["a", " "]', "[guard] blocked in FILE has an empty entry; take it out."),
    ('[gallery]\nundo = "31d"', "[gallery] undo in FILE must be a duration from 0s to 30d."),
    ("[discord]\ntoken = 5", "[discord] token in FILE must be a text in quotes."),
    (
        '[models."m"]\nsizes = ["1024"]',
        "[models.m] sizes in FILE must be a list of sizes, width x height in pixels, such as 1536x1024.",
    ),
    ('[models."m"]\nqualities = ["best"]', "[models.m] qualities in FILE must be low, medium or high."),
    ('[models."m"]\nqualities = []', "[models.m] qualities in FILE must not be empty."),
    ('[models."a b"]\nmots = 3', '[models."a b"] mots in FILE is not a setting. Did you mean most?'),
    (
        "[models.gpt-image-2.5]\nmost = 1",
        (
            "[models.gpt-image-2] 5 in FILE is not a setting: if it is a part of the model's name, put the whole name in quotes, "
            'as in [models."gpt-image-2.5"].'
        ),
    ),
    (
        '[models."m"]\nprice = { text_in = 1, image_in = 1 }',
        "[models.m.price] out is missing: add it, or take its section out.",
    ),
    ('[models."m"]\nprice = { text_in = "x", image_in = 1, out = 1 }', "[models.m.price] text_in in FILE must be a number."),
    (
        (
            '[models."m"]\nsizes = ["16x16"]\n'
            "size_rule = { multiple_of = 1, min_pixels = 1, max_pixels = 2, max_edge = 2, max_aspect = 1.0 }"
        ),
        "[models] m in FILE has both sizes and size_rule: keep the one that is true of the model.",
    ),
    (
        '[models."m"]\nsize_rule = { multiple_of = 1, min_pixels = 3, max_pixels = 2, max_edge = 2, max_aspect = 1.0 }',
        "[models.m] size_rule in FILE leaves no size at all: make max_pixels and max_edge larger.",
    ),
    ("x =\n\n", "The settings file FILE is not valid TOML (line 1): texts stand in quotes, and no name twice."),
    ("[web\n\n", "The settings file FILE is not valid TOML (line 1): texts stand in quotes, and no name twice."),
    ('a = """', "The settings file FILE is not valid TOML (at its end): texts stand in quotes, and no name twice."),
]

IN_THE_ENVIRONMENT = [
    ({"EASEL_WEB__PROT": "1"}, "EASEL_WEB__PROT is not a setting. Did you mean EASEL_WEB__PORT?"),
    ({"EASEL_OPENAI_API_KEY": SECRET}, "EASEL_OPENAI_API_KEY is not a setting. Did you mean EASEL_OPENAI__API_KEY?"),
    ({"EASEL_PORT": "1"}, "EASEL_PORT is not a setting. Did you mean EASEL_WEB__PORT?"),
    ({"EASEL_OPNAI__API_KEY": SECRET}, "EASEL_OPNAI__API_KEY is not a setting. Did you mean EASEL_OPENAI__API_KEY?"),
    ({"EASEL_XYZZY": "1"}, "EASEL_XYZZY is not a setting: take it out, or look in config.example.toml for its right name."),
    (
        {"EASEL_PROVIDERS__FLUX__API_KEY": SECRET},
        f"[providers.flux] kind is missing: set it to {KINDS_LISTED}.",
    ),
    (
        {"EASEL_PROVIDERS__FLUX__KIND": "openai", "EASEL_PROVIDERS__FLUX__API_KEY": f"{SECRET}\n{SECRET}"},
        ("EASEL_PROVIDERS__FLUX__API_KEY must be one word of plain letters, digits and signs; it was probably not copied whole."),
    ),
    ({"EASEL_WEB__PORT": "eighty"}, "EASEL_WEB__PORT must be a whole number."),
    ({"EASEL_WEB__PORT": '""'}, "EASEL_WEB__PORT must be a whole number."),
    (
        {"EASEL_WEB": "x", "EASEL_WEB__PORT": "1"},
        "EASEL_WEB is a section, not a single setting: set what is in it one by one, such as [web] host (EASEL_WEB__HOST).",
    ),
    ({"EASEL_WEB__PORT__X": "1"}, "EASEL_WEB__PORT__X is not a setting. Did you mean EASEL_WEB__PORT?"),
    ({"EASEL_WORKER__SLOTS__GUEST": "none"}, "EASEL_WORKER__SLOTS__GUEST must be a whole number."),
    (
        {"OPENAI_BASE_URL": "localhost:4000"},
        "OPENAI_BASE_URL must be an address that begins with http:// or https://, such as https://easel.example.org.",
    ),
    (
        {"OPENAI_API_KEY": f"{SECRET} and more"},
        "OPENAI_API_KEY must be one word of plain letters, digits and signs; it was probably not copied whole.",
    ),
    (
        {"EASEL_OPENAI__API_KEY": "sk-…"},
        "EASEL_OPENAI__API_KEY must be one word of plain letters, digits and signs; it was probably not copied whole.",
    ),
]


def sentence(file: Path | None, environ: dict[str, str]) -> str:
    """Return what somebody reads who makes this mistake."""
    with pytest.raises(ConfigError) as caught:
        load(file, environ=environ)
    return caught.value.user_text


@pytest.mark.parametrize(("toml", "expected"), IN_THE_FILE)
def test_a_mistake_in_the_file_gets_its_sentence(tmp_path: Path, toml: str, expected: str) -> None:
    """The sentence says where, what, and what to do."""
    file = tmp_path / "config.toml"
    file.write_text(toml)
    assert sentence(file, {}) == expected.replace("FILE", str(file))


@pytest.mark.parametrize(("environ", "expected"), IN_THE_ENVIRONMENT)
def test_a_mistake_in_the_environment_gets_its_sentence(environ: dict[str, str], expected: str) -> None:
    """The variable is named as it is spelled there."""
    assert sentence(None, environ) == expected


def test_several_mistakes_get_one_line_each(tmp_path: Path) -> None:
    """Nobody wants to mend one to be told of the next."""
    file = tmp_path / "config.toml"
    file.write_text('[web]\nport = "x"\n[drawing]\nprevews = 1\nwhen_unknown = "x"\n')
    lines = sentence(file, {"EASEL_LOG_LEVEL": "loud"}).splitlines()
    assert lines == [
        "EASEL_LOG_LEVEL must be debug, info, warning or error.",
        f"[web] port in {file} must be a whole number.",
        f"[drawing] when_unknown in {file} must be ask or retry.",
        f"[drawing] prevews in {file} is not a setting. Did you mean previews?",
    ]


def test_mistakes_that_are_about_several_settings_get_one_line_each() -> None:
    """They are found together too."""
    environ = {"EASEL_DRAWING__PROVIDERS": "opnai, openai", "EASEL_QUOTAS__FIRST_TIER__WEB": "gold"}
    assert len(sentence(None, environ).splitlines()) == 3


@pytest.mark.parametrize(
    "environ",
    [
        {"OPENAI_API_KEY": f"{SECRET} "[:-1] + "\n" + SECRET},
        {"EASEL_WEB__PORT": SECRET},
        {"EASEL_WEB__HOST": f"{SECRET}/"},
        {"EASEL_LOG_LEVEL": SECRET},
        {"EASEL_DRAWING__PROVIDERS": SECRET},
        {"EASEL_QUOTAS__TIME_ZONE": SECRET},
        {"EASEL_QUOTAS__FIRST_TIER__WEB": SECRET},
        {"EASEL_WORKER__DRAIN": SECRET},
        {"EASEL_OPENAI__BASE_URL": SECRET},
        {"EASEL_RECORDS__URL": f"postgresql://me:{SECRET}@host"},
        {"EASEL_OBJECTS__URL": f"https://{SECRET}@host"},
        {"EASEL_OPENAI": SECRET},
        {"EASEL_OPENAI__KEY": SECRET},
        {"EASEL_PROVIDERS__FLUX__KIND": SECRET},
        {"EASEL_PROVIDERS__FLUX": SECRET},
        {"EASEL_PROVIDERS": SECRET},
    ],
)
def test_no_sentence_repeats_a_secret_wherever_it_landed(environ: dict[str, str]) -> None:
    """People put keys into the wrong place; the sentence is on their screen, and the error in a log."""
    with pytest.raises(ConfigError) as caught:
        load(None, environ=environ)
    text = f"{caught.value.user_text} {caught.value} {caught.value!r} {caught.value.__cause__!r}"
    assert SECRET not in text


def test_a_named_file_that_is_absent_is_an_error(tmp_path: Path) -> None:
    """Running with defaults instead would be a surprise."""
    file = tmp_path / "absent.toml"
    expected = f"There is no settings file {file}: check the name, or copy config.example.toml there."
    assert sentence(file, {}) == expected
    assert sentence(None, {"EASEL_CONFIG": str(file)}) == expected


def test_a_settings_file_that_is_a_folder_is_an_error(tmp_path: Path) -> None:
    """It exists, but it is no file."""
    assert sentence(tmp_path, {}) == f"The settings file {tmp_path} cannot be read: see that it is a file this user may read."


def test_a_settings_file_in_another_encoding_is_an_error(tmp_path: Path) -> None:
    """Guessing would put wrong letters into prompts."""
    file = tmp_path / "config.toml"
    file.write_bytes('data_dir = "Gemälde"'.encode("latin-1"))
    assert sentence(file, {}) == f"The settings file {file} is not UTF-8 text: save it as UTF-8."


def test_a_secrets_folder_that_is_absent_is_an_error(tmp_path: Path) -> None:
    """Somebody meant to have secrets there."""
    folder = tmp_path / "absent"
    expected = f"EASEL_SECRETS_DIR names {folder}, and there is no such folder: make it, or unset the variable."
    assert sentence(None, {"EASEL_SECRETS_DIR": str(folder)}) == expected


def test_a_secret_file_of_an_unknown_name_is_an_error(tmp_path: Path) -> None:
    """A typing mistake in a file's name is one too."""
    (tmp_path / "openai__api_kye").write_text(SECRET)
    text = sentence(None, {"EASEL_SECRETS_DIR": str(tmp_path)})
    assert text == f"The secret file {tmp_path / 'openai__api_kye'} is not a setting. Did you mean api_key?"


def test_a_secret_file_that_is_none_is_an_error(tmp_path: Path) -> None:
    """A folder, or a whole film."""
    (tmp_path / "openai_api_key").mkdir()
    file = tmp_path / "openai_api_key"
    expected = f"The secret file {file} cannot be read: see that it is a text file this user may read."
    assert sentence(None, {"EASEL_SECRETS_DIR": str(tmp_path)}) == expected
    file.rmdir()
    file.write_bytes(b"x" * 100_000)
    expected = f"The secret file {file} is too large to be one: a key or token is a single line."
    assert sentence(None, {"EASEL_SECRETS_DIR": str(tmp_path)}) == expected
