"""The version of the product, as its distribution declares it."""

from importlib.metadata import PackageNotFoundError, version


def _version() -> str:
    try:
        return version("trouvaille")
    except PackageNotFoundError:
        return "unknown"  # run from a checkout that was never installed


PRODUCT = f"trouvaille {_version()}"
