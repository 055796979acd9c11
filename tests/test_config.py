import tomllib
from dataclasses import asdict

import pytest

from semcode.config import Settings, load_settings
from semcode.errors import ConfigError
from semcode.resources import locate


def test_default_toml_equals_the_defaults_in_code():
    shipped = tomllib.loads(locate("configs/default.toml").read_text(encoding="utf-8"))
    assert shipped == asdict(Settings())


def test_a_file_overrides_only_what_it_names(tmp_path):
    path = tmp_path / "semcode.toml"
    path.write_text("[suggest]\nfloor = 0.7\n")
    settings = load_settings(path)
    assert settings.suggest.floor == 0.7
    assert settings.segment == Settings().segment
    assert settings.digest != Settings().digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sugest]\n", "Did you mean 'suggest'"),
        ("[suggest]\nflor = 1\n", "Did you mean 'floor'"),
        ("[suggest]\nper_segment = 'three'\n", "not a int"),
        ("[suggest]\nseed = true\n", "not a int"),
        ("[limits]\nfile_mb = -1\n", "file_mb is -1"),
        ("[suggest]\nfloor = nan\n", "Use 0 to 1"),
        ("[suggest]\nper_segment = 0\n", "Use 1 to 100"),
        ("[suggest]\nseed = 99999999999999999999\n", "seed is 9"),
        ("suggest = 3\n", "no section"),
        ("[suggest\n", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, text, said):
    path = tmp_path / "semcode.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)
