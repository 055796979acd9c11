"""The public names are sorted, exist, and are reachable from the package."""

import importlib
import pkgutil

import semcode.agreement


def test_every_module_has_a_sorted_list_of_names_that_exist():
    key = lambda name: (not name.isupper(), not name[0].isupper(), name)  # noqa: E731
    for found in pkgutil.iter_modules(semcode.agreement.__path__, "semcode.agreement."):
        module = importlib.import_module(found.name)
        assert list(module.__all__) == sorted(module.__all__, key=key), found.name
        for name in module.__all__:
            assert hasattr(module, name), (found.name, name)
            assert getattr(module, name).__doc__ or name.isupper()


def test_package_names():
    names = list(semcode.agreement.__all__)
    key = lambda name: (not name.isupper(), not name[0].isupper(), name)  # noqa: E731
    assert names == sorted(names, key=key)
    assert len(set(names)) == len(names)
    for name in names:
        assert hasattr(semcode.agreement, name)
