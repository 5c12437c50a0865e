"""Organizations and themes in seven languages: data files with their licences, and loaders."""

from index.vocabularies.organizations import OrganizationAuthority, organizations
from index.vocabularies.themes import ThemeVocabulary, themes

__all__ = ["OrganizationAuthority", "ThemeVocabulary", "organizations", "themes"]
