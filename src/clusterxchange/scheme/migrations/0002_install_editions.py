"""Give every installation the editions that come with the tool."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from clusterxchange.scheme.current import install_editions


def install(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add the editions."""
    install_editions(
        editions=apps.get_model("scheme", "Edition")._default_manager,  # noqa: SLF001 -- Django's own public name for it
        versions=apps.get_model("scheme", "EditionVersion")._default_manager,  # noqa: SLF001 -- as above
    )


class Migration(migrations.Migration):
    """Run after the tables are there."""

    dependencies: ClassVar = [("scheme", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(install, migrations.RunPython.noop)]
