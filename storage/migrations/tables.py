"""Every table of the program: `metadata` is complete once this module is imported."""

from sqlmodel import SQLModel

import storage.archives.tables
import storage.audiences.tables
import storage.bounces.tables
import storage.contacts.tables
import storage.core.tables
import storage.corrections.tables
import storage.digests.tables
import storage.exports.tables
import storage.imports.tables
import storage.jobs.tables
import storage.mailchimp.tables
import storage.privacy.tables
import storage.workspaces.installation_tables
import storage.workspaces.tables  # noqa: F401  each import registers its tables

metadata = SQLModel.metadata
