"""Every error that Trouvaille raises on purpose: a sentence, a remedy and an exit status."""


class TrouvailleError(Exception):
    """What went wrong, in one sentence, and what to do about it.

    ``message`` names the file, directory or setting; ``remedy`` is one sentence that a person
    can act on; ``exit_status`` is what the command line returns.
    """

    exit_status = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(TrouvailleError):
    """A wrong option or argument."""

    exit_status = 2


class SettingError(UsageError):
    """A setting whose value cannot be used."""


class VocabularyError(UsageError):
    """A malformed row of a vocabulary or of a labelled file."""


class SourceError(TrouvailleError):
    """A source that cannot be read at all."""


class NoDocuments(SourceError):
    """The sources were read and held no document."""


class TooManyDeletions(TrouvailleError):
    """An update would delete more of the archive than it may."""


class IndexUnavailable(TrouvailleError):
    """There is no index that can be searched."""


class IndexMissing(IndexUnavailable):
    """The index directory has no published generation."""


class IndexDamaged(IndexUnavailable):
    """A file of the index is missing, truncated or altered."""


class IndexVersion(IndexUnavailable):
    """The index was written by another version of the format."""


class ClusterUnavailable(IndexUnavailable):
    """The cluster does not answer, or says that it cannot. ``retry_after`` is in seconds.

    ``status`` is that of its answer, 0 if it is not known.
    """

    retry_after = 5
    status = 0


class ClusterRefused(IndexUnavailable):
    """The cluster does not know who asks, or forbids it."""


class SearchTimeout(TrouvailleError):
    """A question that takes longer than it may."""


class IndexLocked(TrouvailleError):
    """Another process is building in this index directory."""


class BuildUnsettled(TrouvailleError):
    """What was asked for is done, but something after that failed."""


class BuildFailed(TrouvailleError):
    """A generation could not be completed; the published one still serves."""


class TooSlowError(BaseException):
    """A document took longer than it may. No library that catches exceptions may swallow it."""
