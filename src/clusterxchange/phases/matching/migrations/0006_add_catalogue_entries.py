"""The catalogue's own rows, and the triggers by which the database writes them itself."""

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

WRITE = r"""
create extension if not exists pg_trgm;

create function catalogue_facets(kind text, codes jsonb) returns text[] language sql immutable as $$
  select coalesce(array_agg(kind || ':' || code), '{}') from jsonb_array_elements_text(codes) as code
$$;

create function write_catalogue_entries(organisations bigint[], participations bigint[]) returns void language sql as $$
  insert into matching_catalogueentry (
    participation_id, edition_id, organisation_id, role, is_listed, shown_name, words, facets, windows,
    latitude, longitude, is_counted
  )
  select
    p.id, p.edition_id, p.organisation_id, p.role, p.state in ('ACTIVE', 'RESERVED', 'LOW_ACTIVE'),
    -- Who is shown by a number stands where "Organisation 1234" belongs.
    case when p.shown_by_name then o.sort_name else 'organisation' end,
    array_to_tsvector(array_remove(string_to_array(concat_ws(' ',
      case when p.shown_by_name then o.searched_names end, o.searched_profile, p.searched_wishes), ' '), '')),
    array_remove(array[
      'role:' || p.role,
      'type:' || nullif(o.organisation_type, ''),
      'country:' || nullif(o.country, ''),
      'region:' || nullif(o.region, ''),
      'nace:' || nullif(left(o.nace, 2), ''),
      'partnership:' || g.acronym,
      'days:' || case when p.days_wished < 5 then 'short' when p.days_wished < 10 then 'week'
        when p.days_wished is not null then 'long' end,
      case when p.format in ('physical', 'both') then 'format:physical' end,
      case when p.format in ('virtual', 'both') then 'format:virtual' end
    ], null)
    || catalogue_facets('ecosystem', o.ecosystems)
    || array(select 'keyword:' || one from unnest(string_to_array(nullif(o.folded_keywords, ''), ',')) as one)
    || catalogue_facets('purpose', p.purposes)
    || catalogue_facets('activity', p.activities)
    || catalogue_facets('language', p.working_languages)
    || array(
      select distinct 'month:' || to_char(month, 'YYYY-MM')
      from registration_availabilitywindow w,
        generate_series(date_trunc('month', w.first_day::timestamp), w.last_day::timestamp, '1 month') with ordinality
          as months(month, place)
      where w.participation_id = p.id and place <= 60),
    array(
      select daterange(w.first_day, w.last_day, '[]') from registration_availabilitywindow w
      where w.participation_id = p.id order by w.first_day),
    o.latitude, o.longitude, false
  from registration_participation p
  join organisations_organisation o on o.id = p.organisation_id
  join partnerships_partnership g on g.id = p.partnership_id
  where p.organisation_id = any(organisations) or p.id = any(participations)
  order by p.id
  on conflict (participation_id) do update set
    is_listed = excluded.is_listed, shown_name = excluded.shown_name, words = excluded.words,
    facets = excluded.facets, windows = excluded.windows, latitude = excluded.latitude, longitude = excluded.longitude, is_counted = false
$$;

create function catalogue_follows_participation() returns trigger language plpgsql as $$
begin
  perform write_catalogue_entries('{}', array[new.id]);
  return null;
end $$;
create trigger catalogue_of_new after insert on registration_participation
  for each row execute function catalogue_follows_participation();
create trigger catalogue_of_changed after update on registration_participation for each row
  when ((old.state, old.shown_by_name, old.partnership_id, old.days_wished, old.format, old.purposes, old.activities,
      old.working_languages, old.searched_wishes)
    is distinct from (new.state, new.shown_by_name, new.partnership_id, new.days_wished, new.format, new.purposes,
      new.activities, new.working_languages, new.searched_wishes))
  execute function catalogue_follows_participation();

create function catalogue_follows_organisation() returns trigger language plpgsql as $$
begin
  perform write_catalogue_entries(array[new.id], '{}');
  return null;
end $$;
create trigger catalogue_of_changed after update on organisations_organisation for each row
  when ((old.sort_name, old.searched_names, old.searched_profile, old.folded_keywords, old.organisation_type,
      old.country, old.region, old.nace, old.ecosystems, old.latitude, old.longitude)
    is distinct from (new.sort_name, new.searched_names, new.searched_profile, new.folded_keywords,
      new.organisation_type, new.country, new.region, new.nace, new.ecosystems, new.latitude, new.longitude))
  execute function catalogue_follows_organisation();

create function catalogue_follows_windows() returns trigger language plpgsql as $$
begin
  perform write_catalogue_entries('{}', array(select distinct participation_id from changed));
  return null;
end $$;
create trigger catalogue_of_new after insert on registration_availabilitywindow
  referencing new table as changed for each statement execute function catalogue_follows_windows();
create trigger catalogue_of_changed after update on registration_availabilitywindow
  referencing new table as changed for each statement execute function catalogue_follows_windows();
create trigger catalogue_of_removed after delete on registration_availabilitywindow
  referencing old table as changed for each statement execute function catalogue_follows_windows();

create index catalogue_parts_of_words on matching_catalogueword using gin (word gin_trgm_ops);
create index catalogue_ends_of_words on matching_catalogueword (reverse(word) collate "C");

select write_catalogue_entries('{}', array(select id from registration_participation));
"""

UNWRITE = """
drop index catalogue_ends_of_words;
drop index catalogue_parts_of_words;
drop trigger catalogue_of_removed on registration_availabilitywindow;
drop trigger catalogue_of_changed on registration_availabilitywindow;
drop trigger catalogue_of_new on registration_availabilitywindow;
drop trigger catalogue_of_changed on organisations_organisation;
drop trigger catalogue_of_changed on registration_participation;
drop trigger catalogue_of_new on registration_participation;
drop function catalogue_follows_windows();
drop function catalogue_follows_organisation();
drop function catalogue_follows_participation();
drop function write_catalogue_entries(bigint[], bigint[]);
drop function catalogue_facets(text, jsonb);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('matching', '0005_move_threads_of_proposals'),
        ('organisations', '0003_add_searched_words'),
        ('registration', '0005_add_searched_wishes'),
        ('scheme', '0002_install_editions'),
    ]

    operations = [
        migrations.CreateModel(
            name='CatalogueWord',
            fields=[
                ('word', models.CharField(db_collation='C', max_length=60, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name='CatalogueCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=5)),
                ('facet', models.TextField()),
                ('number', models.PositiveIntegerField()),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='scheme.edition')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('edition', 'role', 'facet'), name='one_count_per_facet')],
            },
        ),
        migrations.CreateModel(
            name='CatalogueEntry',
            fields=[
                ('participation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='catalogue_entry', serialize=False, to='registration.participation')),
                ('role', models.CharField(max_length=5)),
                ('is_listed', models.BooleanField()),
                ('shown_name', models.CharField(db_collation='C', max_length=200)),
                ('words', django.contrib.postgres.search.SearchVectorField()),
                ('facets', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('windows', django.contrib.postgres.fields.ArrayField(base_field=django.contrib.postgres.fields.ranges.DateRangeField(), size=None)),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('is_counted', models.BooleanField(default=False)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheme.edition')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_listed', True)), fields=['edition', 'role', 'shown_name', 'participation'], name='catalogue_of_a_role'), models.Index(condition=models.Q(('is_listed', True)), fields=['edition', 'shown_name', 'participation'], name='catalogue_of_an_edition'), models.Index(condition=models.Q(('is_listed', True)), fields=['latitude'], name='catalogue_by_latitude'), models.Index(condition=models.Q(('is_counted', False)), fields=['participation'], name='catalogue_not_counted'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('is_listed', True)), fields=['words', 'facets'], name='catalogue_by_words_and_facets')],
            },
        ),
        migrations.RunSQL(WRITE, UNWRITE),
    ]
