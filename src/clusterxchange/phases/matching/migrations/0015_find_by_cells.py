"""Entries are found by the cell of the map in which they lie: with their other facets, by one index."""

from django.db import migrations

# An entry is always written by an insert, which becomes an update where there is one already: what is added before the
# insert is in the row that the update takes.
WRITE = """
create function catalogue_cell(latitude double precision, longitude double precision) returns text
language sql immutable as $$
  select 'cell:' || floor(latitude / 2.5)::int || ':' || floor((longitude + 180) / 2.5)::int % 144
$$;
create function catalogue_knows_cell() returns trigger language plpgsql as $$
begin
  new.facets := new.facets || catalogue_cell(new.latitude, new.longitude);
  return new;
end $$;
create trigger catalogue_of_a_cell before insert on matching_catalogueentry for each row
  when (new.latitude is not null and new.longitude is not null) execute function catalogue_knows_cell();

update matching_catalogueentry set facets = facets || catalogue_cell(latitude, longitude)
where latitude is not null and longitude is not null;
"""

UNWRITE = """
drop trigger catalogue_of_a_cell on matching_catalogueentry;
update matching_catalogueentry set facets = array_remove(facets, catalogue_cell(latitude, longitude))
where latitude is not null and longitude is not null;
drop function catalogue_knows_cell();
drop function catalogue_cell(double precision, double precision);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0014_find_by_both_degrees"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="catalogueentry", name="catalogue_by_place"),
        migrations.RunSQL(WRITE, UNWRITE),
    ]
