import stat
from dataclasses import fields

import pytest

from webapp.config import SettingError, Settings, kept_secret_key, read_settings, setting_names
from webapp.contained.limits import DecoderLimits


def test_defaults():
    settings = read_settings({"HOME": "/root", "PATH": "/bin"})
    assert settings == Settings()
    assert (settings.limits.megabytes, settings.limits.seconds) == (2000, 7200)
    assert settings.limits.bytes == 2000 * 2**20
    assert settings.log_url.database == str(settings.instance / "tonelog.sqlite")


def test_every_setting_can_be_given(tmp_path):
    given = {
        "TONELOG_INSTANCE": str(tmp_path / "here"),
        "TONELOG_BUNDLES": str(tmp_path / "models"),
        "TONELOG_DATABASE_URL": "postgresql://tonelog@localhost/tonelog",
        "TONELOG_SECRET_KEY": "sixteen letters!",
        "TONELOG_KEEP_AUDIO": "no",
        "TONELOG_KEEP_DAYS": "30",
        "TONELOG_MAX_MEGABYTES": "2.5",
        "TONELOG_MAX_SECONDS": "60",
        "TONELOG_INSTANT_SECONDS": "20",
        "TONELOG_QUEUE_URL": "redis://localhost:6379/1",
        "TONELOG_JOB_PROCESSES": "2",
        "TONELOG_BATCH_FILES": "100",
        "TONELOG_DECODERS_READY": "3",
        "TONELOG_DECODER_MEGABYTES": "300.5",
        "TONELOG_DECODER_CPU_SECONDS": "20",
        "TONELOG_DECODER_SECONDS": "40",
        "TONELOG_DEFAULT_MODEL": "ann",
        "TONELOG_PAGE_SIZE": "50",
        "TONELOG_HOSTS": "Voices.example.org, .example.net",
        "TONELOG_PROXIES": "1",
        "TONELOG_UPLOAD_RATE": "off",
        "TONELOG_GUESS_RATE": "3/hour",
        "TONELOG_RATE_STORE": "redis://localhost:6379/0",
        "TONELOG_IDLE_MINUTES": "5",
        "TONELOG_SESSION_HOURS": "1.5",
        "TONELOG_LANGUAGE": "de",
        "TONELOG_REQUEST_LOG": "json",
    }
    assert given.keys() == set(setting_names())
    settings = read_settings(given)
    defaults = Settings()
    for field in fields(Settings):
        assert getattr(settings, field.name) != getattr(defaults, field.name), field.name
    assert settings.instance == tmp_path / "here"
    assert settings.log_url.drivername == "postgresql"
    assert settings.limits.bytes == 2.5 * 2**20
    assert settings.decoder_limits == DecoderLimits(300.5, 20, 40, 40)
    assert settings.hosts == ("voices.example.org", ".example.net")


@pytest.mark.parametrize("seconds", [60, 300])
def test_a_decoder_may_take_the_memory_that_the_longest_clip_needs(seconds):
    limits = Settings(instant_seconds=seconds).decoder_limits
    assert limits.megabytes * 2**20 > 4 * 25 * 2**20 + 2 * 4 * 48_000 * seconds
    hours = Settings(instant_seconds=seconds, max_seconds=36_000, max_megabytes=10_000)
    assert hours.decoder_limits.megabytes == limits.megabytes


@pytest.mark.parametrize("seconds", [30, 300, 7_200])
def test_a_decoder_may_take_the_time_that_the_longest_recording_needs(seconds):
    limits = Settings(max_seconds=seconds).decoder_limits
    assert limits.cpu_seconds > seconds / 25
    assert limits.seconds > limits.cpu_seconds
    assert 20 < limits.clip_seconds < 60


@pytest.mark.parametrize("rate", ["600/minute", "5/minute, 30/hour", "1/second,2/day", "7/HOUR"])
def test_rates(rate):
    assert read_settings({"TONELOG_UPLOAD_RATE": rate}).upload_rate == rate.lower()


@pytest.mark.parametrize("host", ["localhost", "192.0.2.1", "2001:db8::1", ".example.org", "a_b-c"])
def test_hosts(host):
    assert read_settings({"TONELOG_HOSTS": host}).hosts == (host,)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("1", True),
        ("YES", True),
        ("on", True),
        ("false", False),
        ("off", False),
        ("0", False),
        ("No", False),
    ],
)
def test_switches(text, value):
    assert read_settings({"TONELOG_KEEP_AUDIO": text}).keep_audio is value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TONELOG_KEEP_AUDIO", "maybe"),
        ("TONELOG_KEEP_AUDIO", "30"),
        ("TONELOG_KEEP_DAYS", "0"),
        ("TONELOG_KEEP_DAYS", "for ever"),
        ("TONELOG_KEEP_AUDIO", ""),
        ("TONELOG_MAX_MEGABYTES", "0"),
        ("TONELOG_MAX_MEGABYTES", "-1"),
        ("TONELOG_MAX_MEGABYTES", "nan"),
        ("TONELOG_MAX_MEGABYTES", "25 MB"),
        ("TONELOG_MAX_MEGABYTES", "25000000"),
        ("TONELOG_MAX_SECONDS", "inf"),
        ("TONELOG_MAX_SECONDS", ""),
        ("TONELOG_DECODERS_READY", "-1"),
        ("TONELOG_DECODERS_READY", "1.5"),
        ("TONELOG_DECODERS_READY", "1000"),
        ("TONELOG_DECODER_MEGABYTES", "63"),
        ("TONELOG_DECODER_MEGABYTES", "unlimited"),
        ("TONELOG_DECODER_CPU_SECONDS", "0"),
        ("TONELOG_DECODER_CPU_SECONDS", "inf"),
        ("TONELOG_DECODER_SECONDS", ""),
        ("TONELOG_DECODER_SECONDS", "nan"),
        ("TONELOG_PAGE_SIZE", "0"),
        ("TONELOG_PAGE_SIZE", "2.5"),
        ("TONELOG_PAGE_SIZE", "-3"),
        ("TONELOG_QUEUE_URL", "https://localhost:6379/0"),
        ("TONELOG_QUEUE_URL", "redis://localhost:port/0"),
        ("TONELOG_RATE_STORE", "redis://[::1/0"),
        ("TONELOG_RATE_STORE", "redis://"),
        ("TONELOG_HOSTS", "https://voices.example.org"),
        ("TONELOG_HOSTS", "voices.example.org:443"),
        ("TONELOG_HOSTS", "a, , b"),
        ("TONELOG_HOSTS", "*"),
        ("TONELOG_HOSTS", "."),
        ("TONELOG_PROXIES", "-1"),
        ("TONELOG_PROXIES", "yes"),
        ("TONELOG_UPLOAD_RATE", "600"),
        ("TONELOG_UPLOAD_RATE", "0/minute"),
        ("TONELOG_UPLOAD_RATE", "600 per minute"),
        ("TONELOG_UPLOAD_RATE", "600/minute,"),
        ("TONELOG_GUESS_RATE", "off"),
        ("TONELOG_RATE_STORE", "memory://"),
        ("TONELOG_RATE_STORE", "memcached://localhost"),
        ("TONELOG_IDLE_MINUTES", "0"),
        ("TONELOG_SESSION_HOURS", "for ever"),
        ("TONELOG_LANGUAGE", "fr"),
        ("TONELOG_REQUEST_LOG", "xml"),
        ("TONELOG_SECRET_KEY", "short"),
        ("TONELOG_DEFAULT_MODEL", " "),
        ("TONELOG_INSTANCE", ""),
        ("TONELOG_BUNDLES", ""),
        ("TONELOG_DATABASE_URL", "tonelog.sqlite"),
        ("TONELOG_DATABASE_URL", "sqlite://"),
        ("TONELOG_DATABASE_URL", "sqlite:///:memory:"),
    ],
)
def test_a_bad_value_is_refused_by_name(name, value):
    with pytest.raises(SettingError, match=name):
        read_settings({name: value})


def test_an_unknown_setting_is_refused_by_name():
    with pytest.raises(SettingError, match="TONELOG_MAX_MEGABITES") as refused:
        read_settings({"TONELOG_MAX_MEGABITES": "25"})
    assert "TONELOG_MAX_MEGABYTES" in str(refused.value)


def test_a_secret_is_not_repeated():
    with pytest.raises(SettingError) as refused:
        read_settings({"TONELOG_SECRET_KEY": "hush"})
    assert "hush" not in str(refused.value)
    with pytest.raises(SettingError) as refused:
        read_settings({"TONELOG_RATE_STORE": "reddis://:hush@localhost"})
    assert "hush" not in str(refused.value)


def test_the_secret_key_is_made_once_and_is_nobody_elses(tmp_path):
    path = tmp_path / "secret_key"
    key = kept_secret_key(path)
    assert len(key) == 64
    assert kept_secret_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_others_could_read_is_closed(tmp_path):
    path = tmp_path / "secret_key"
    path.write_text("k" * 64)
    path.chmod(0o644)
    assert kept_secret_key(path) == "k" * 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_was_never_written_is_made_again(tmp_path):
    (tmp_path / "secret_key").touch()
    assert len(kept_secret_key(tmp_path / "secret_key")) == 64
