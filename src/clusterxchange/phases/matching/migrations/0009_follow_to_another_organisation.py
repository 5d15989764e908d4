"""The catalogue's row follows its participation to another organisation, where two entries of one were merged."""

from django.db import migrations

WRITE = """
create function catalogue_follows_merge() returns trigger language plpgsql as $$
begin
  update matching_catalogueentry set organisation_id = new.organisation_id where participation_id = new.id;
  perform write_catalogue_entries('{}', array[new.id]);
  return null;
end $$;
create trigger catalogue_of_merged after update on registration_participation for each row
  when (old.organisation_id is distinct from new.organisation_id) execute function catalogue_follows_merge();
"""

UNWRITE = """
drop trigger catalogue_of_merged on registration_participation;
drop function catalogue_follows_merge();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('matching', '0008_offer_dates_and_groups'),
    ]

    operations = [
        migrations.RunSQL(WRITE, UNWRITE),
    ]
